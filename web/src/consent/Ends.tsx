import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { day } from "../parts/format";
import { daysUntil } from "./dates";

/** The day that something ends, marked when it is near or past. */
export function Ends({ on }: { on: string }) {
  const { t } = useTranslation();
  const left = daysUntil(on, new Date());
  return (
    <Text span size="sm" style={{ whiteSpace: "nowrap" }}>
      {day(on)}
      {left <= 30 && (
        <Text span size="xs" c={left < 0 ? "red.9" : "orange.9"} ml={8} fw={600}>
          {left < 0 ? t("consent.expired") : t("consent.days_left", { n: left })}
        </Text>
      )}
    </Text>
  );
}
