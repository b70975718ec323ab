import { Group, Text } from "@mantine/core";
import { IconCloudCheck, IconCloudOff, IconLoader2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Hash } from "../parts/Hash";
import type { Saving } from "./saving";

/** Whether what is drawn is saved: said only when the server's hash came back. */
export function SavedLine({ saving }: { saving: Saving }) {
  const { t } = useTranslation();
  const { waiting, saved, offline } = saving;
  const Icon = offline ? IconCloudOff : waiting ? IconLoader2 : IconCloudCheck;
  const time = saved?.at.toLocaleTimeString("ja-JP", { hour12: false });
  const words = offline
    ? t("annotate.desk.offline", { n: waiting })
    : waiting
      ? t("annotate.desk.saving", { n: waiting })
      : saved
        ? t("annotate.desk.saved", { time })
        : t("annotate.desk.nothing_new");
  return (
    <Group gap={6} role="status" aria-live="polite" data-saved={saved && !waiting ? saved.seq : ""}>
      <Icon size={16} aria-hidden color={offline ? "#c92a2a" : "#495057"} />
      <Text size="sm" c={offline ? "red.9" : "gray.8"}>
        {words}
      </Text>
      {saved && !waiting && (
        <Text size="sm" c="gray.7" component="span">
          (<Hash value={saved.hash} />)
        </Text>
      )}
    </Group>
  );
}
