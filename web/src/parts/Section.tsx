import { Box, Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A part of a page under its own heading. */
export function Section({
  title,
  about,
  actions,
  children,
}: {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Box component="section" mt="xs">
      <Group justify="space-between" align="flex-end" mb={6}>
        <Box>
          <Title order={2}>{title}</Title>
          {about && (
            <Text size="sm" c="gray.7">
              {about}
            </Text>
          )}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Box>
  );
}
