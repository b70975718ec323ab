import { Badge } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCheck,
  IconCircleDashed,
  IconClock,
  IconX,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

const looks: Record<string, [string, typeof IconCheck]> = {
  signed: ["teal.9", IconCheck],
  accepted: ["teal.9", IconCheck],
  agreed: ["teal.9", IconCheck],
  submitted: ["teal.9", IconCheck],
  disputed: ["orange.9", IconAlertTriangle],
  returned: ["orange.9", IconAlertTriangle],
  adjudicating: ["orange.9", IconAlertTriangle],
  cannot_read: ["orange.9", IconAlertTriangle],
  doubted: ["orange.9", IconAlertTriangle],
  expired: ["orange.9", IconClock],
  unblinded: ["indigo.8", IconClock],
  amending: ["indigo.8", IconClock],
  review: ["indigo.8", IconClock],
  reading: ["indigo.8", IconClock],
  open: ["indigo.8", IconClock],
  comparing: ["indigo.8", IconClock],
  excluded: ["red.9", IconX],
  withdrawn: ["grape.9", IconX],
};

/** Where a task or somebody's part in it stands, as colour, icon and word. */
export function Standing({ value }: { value: string }) {
  const { t } = useTranslation();
  const [colour, Icon] = looks[value] ?? ["gray.7", IconCircleDashed];
  return (
    <Badge
      color={colour}
      variant="filled"
      radius="sm"
      miw="max-content"
      leftSection={<Icon size={12} aria-hidden />}
    >
      {t(`annotate.state.${value}`, { defaultValue: value })}
    </Badge>
  );
}
