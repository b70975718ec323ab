import { Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Stack p="xl" gap="xs">
      <Title order={1}>{t("shell.not_found")}</Title>
      <Text c="gray.7">{t("shell.not_found_about")}</Text>
    </Stack>
  );
}
