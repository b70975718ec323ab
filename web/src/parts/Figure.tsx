import { Box, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** One number that answers a question, with its unit and what it means. */
export function Figure({ value, label, note }: { value: ReactNode; label: string; note?: string }) {
  return (
    <Box p="sm" bd="1px solid gray.3" bdrs="sm" miw={150}>
      <Stack gap={0}>
        <Text size="xs" c="gray.7">
          {label}
        </Text>
        <Text fz={24} fw={650} style={{ fontVariantNumeric: "tabular-nums" }}>
          {value}
        </Text>
        {note && (
          <Text size="xs" c="gray.7">
            {note}
          </Text>
        )}
      </Stack>
    </Box>
  );
}
