import { Box, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** The head of a page: what this is, one sentence about it, and what can be done here. */
export function Screen({
  title,
  about,
  actions,
  children,
}: {
  title: ReactNode;
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Stack gap="md" p="lg" maw={1600}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Box>
          <Title order={1}>{title}</Title>
          {about && (
            <Text c="gray.7" size="md" mt={4}>
              {about}
            </Text>
          )}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
