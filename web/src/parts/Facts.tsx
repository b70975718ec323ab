import { Table } from "@mantine/core";
import type { ReactNode } from "react";

/** Names and values of one thing, as a table that a screen reader can walk. */
export function Facts({ rows, caption }: { rows: [string, ReactNode][]; caption?: string }) {
  return (
    <Table variant="vertical" withRowBorders layout="fixed" verticalSpacing={6} maw={760}>
      {caption && <Table.Caption>{caption}</Table.Caption>}
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w={220} bg="gray.0" c="gray.8">
              {name}
            </Table.Th>
            <Table.Td>{value === "" ? "—" : (value ?? "—")}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
