import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ElementSaving } from "../useElements";

/** What is saved and what waits, in words that a screen reader tells. */
export function Saved({ saving }: { saving: ElementSaving }) {
  const { t } = useTranslation();
  const time = saving.saved?.at.toLocaleTimeString("ja-JP", { hour12: false });
  const words = saving.offline
    ? t("annotate.desk.offline", { n: saving.waiting })
    : saving.waiting
      ? t("annotate.desk.saving", { n: saving.waiting })
      : time
        ? t("annotate.desk.saved", { time })
        : t("annotate.desk.nothing_new");
  return (
    <Text size="sm" role="status" aria-live="polite" c={saving.offline ? "red.9" : "gray.8"}>
      {words}
    </Text>
  );
}
