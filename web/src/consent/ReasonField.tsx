import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function ReasonField({ value, change }: { value: string; change: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <TextInput
      size="xs"
      w={360}
      label={t("parts.why")}
      required
      maxLength={300}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
