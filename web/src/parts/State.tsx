import { Badge } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCheck,
  IconCircleDashed,
  IconClock,
  IconX,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { stateColour } from "../theme";

const icons = { teal: IconCheck, red: IconX, orange: IconAlertTriangle, indigo: IconClock };

/** A state as colour, icon and word, so that none of the three is needed alone. */
export function State({ value }: { value: string }) {
  const { t } = useTranslation();
  const colour = stateColour[value] ?? "gray.7";
  const Icon = icons[colour.split(".")[0] as keyof typeof icons] ?? IconCircleDashed;
  return (
    <Badge
      color={colour}
      variant="filled"
      radius="sm"
      tt="none"
      miw="max-content"
      leftSection={<Icon size={12} aria-hidden />}
    >
      {t(`parts.state.${value}`, { defaultValue: value })}
    </Badge>
  );
}
