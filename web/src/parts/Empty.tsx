import { Button, Stack, Text } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** Nothing here: what will appear, and the one thing to do about it. */
export function Empty({
  text,
  clear,
  action,
}: {
  text: string;
  clear?: () => void;
  action?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Stack align="center" gap="xs" py={48} bd="1px dashed gray.4" bdrs="sm">
      <IconInbox size={28} color="var(--mantine-color-gray-6)" aria-hidden />
      <Text c="gray.7">{text}</Text>
      {clear && (
        <Button size="xs" variant="default" onClick={clear}>
          {t("parts.clear")}
        </Button>
      )}
      {action}
    </Stack>
  );
}
