import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** Nothing here: what will appear, and the one thing to do about it. */
export function Empty({
  text,
  clear,
  action,
  chips = [],
}: {
  text: string;
  /** What was asked for and is not there. */
  chips?: string[];
  clear?: () => void;
  action?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Stack align="center" gap="xs" py={48} bd="1px dashed gray.4" bdrs="sm">
      <IconInbox size={28} color="var(--mantine-color-gray-6)" aria-hidden />
      <Text c="gray.7">{text}</Text>
      {chips.length > 0 && (
        <Group gap={6}>
          {chips.map((chip) => (
            <Badge key={chip} variant="outline" color="gray.8" radius="sm" tt="none" fw={500}>
              {chip}
            </Badge>
          ))}
        </Group>
      )}
      {clear && (
        <Button size="xs" variant="default" onClick={clear}>
          {t("parts.clear")}
        </Button>
      )}
      {action}
    </Stack>
  );
}
