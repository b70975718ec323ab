import { Box, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useWords } from "./code";
import { Hash } from "./Hash";

type Json = unknown;

/** Numbers as people read them: whole as they are, others with four digits that count. */
export function figure(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return String(Number(value.toPrecision(4)));
}

function plain(value: Json): ReactNode {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "number") return figure(value);
  if (typeof value === "boolean") return value ? "✓" : "–";
  const text = String(value);
  return /^[0-9a-f]{40,}$/.test(text) ? <Hash value={text} /> : text;
}

function isSimple(value: Json): boolean {
  return value === null || typeof value !== "object";
}

function isRows(value: Json): value is Record<string, Json>[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((row) => row !== null && typeof row === "object" && !Array.isArray(row))
  );
}

/** Show what a run or rule wrote down, at any depth, as tables; `group` names its words. */
export function Structure({ value, group }: { value: Json; group: string }) {
  const say = useWords();
  const name = (key: string) => say(group, key);
  if (isSimple(value)) return <>{plain(value)}</>;
  if (isRows(value)) {
    const keys = [...new Set(value.flatMap((row) => Object.keys(row)))];
    return (
      <Table.ScrollContainer minWidth={480} type="native" tabIndex={0}>
        <Table fz="sm" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              {keys.map((key) => (
                <Table.Th key={key} scope="col" bg="gray.0">
                  {name(key)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {value.map((row) => (
              <Table.Tr key={JSON.stringify(row)}>
                {keys.map((key) => (
                  <Table.Td key={key} valign="top">
                    <Structure value={row[key]} group={group} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    );
  }
  if (Array.isArray(value)) {
    const each = value.map((one) => (isSimple(one) ? String(one) : JSON.stringify(one)));
    return <>{each.join(", ") || "—"}</>;
  }
  const entries = Object.entries(value as Record<string, Json>);
  if (entries.length === 0) return <>—</>;
  return (
    <Box component="dl" m={0} fz="sm" className="structure">
      {entries.map(([key, inner]) => (
        <Box key={key} className={isSimple(inner) ? "fact" : "facts"}>
          <Text component="dt" fz="sm" c="gray.7">
            {name(key)}
          </Text>
          <Box component="dd" m={0} style={{ overflowWrap: "anywhere" }}>
            <Structure value={inner} group={group} />
          </Box>
        </Box>
      ))}
    </Box>
  );
}
