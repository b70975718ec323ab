import { Box, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** One number that answers a question, with its unit and what it means. */
export function Figure({
  value,
  label,
  note,
  bare = false,
}: {
  value: ReactNode;
  label: string;
  note?: string;
  bare?: boolean;
}) {
  return (
    <Box px="sm" py={8} miw={150} {...(bare ? {} : { bd: "1px solid gray.3", bdrs: "sm" })}>
      <Stack gap={0}>
        <Text size="xs" c="gray.7">
          {label}
        </Text>
        <Text fz={22} fw={650} lh={1.3} style={{ fontVariantNumeric: "tabular-nums" }}>
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
