import { Group, Text } from "@mantine/core";
import { count } from "./format";

/** Counts by reason in one line, the largest first: visible without a click. */
export function Tally({
  counts,
  say,
}: {
  counts: Record<string, number>;
  say: (code: string) => string;
}) {
  const rows = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  if (rows.length === 0) return <>—</>;
  return (
    <Group gap="xs" wrap="wrap">
      {rows.map(([code, number]) => (
        <Text key={code} span size="sm">
          {say(code)}{" "}
          <Text span fw={600} style={{ fontVariantNumeric: "tabular-nums" }}>
            {count(number)}
          </Text>
        </Text>
      ))}
    </Group>
  );
}
