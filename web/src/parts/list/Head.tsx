import { Button, Table } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { Column, ListSearch } from "./columns";

interface Props<T> {
  column: Column<T>;
  search: ListSearch;
  go: (next: ListSearch) => void;
}

/** A column's name; a click sorts by it, the next one the other way. */
export function Head<T>({ column, search, go }: Props<T>) {
  const down = search.sort === `-${column.key}`;
  const up = search.sort === column.key;
  const Icon = down ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th
      scope="col"
      bg="gray.0"
      style={{ whiteSpace: "nowrap" }}
      ta={column.numeric ? "right" : "left"}
      aria-sort={up ? "ascending" : down ? "descending" : "none"}
    >
      {column.sort ? (
        <Button
          variant="transparent"
          size="compact-sm"
          c="gray.9"
          px={0}
          fw={600}
          rightSection={up || down ? <Icon size={12} aria-hidden /> : null}
          onClick={() => {
            const sort = up ? `-${column.key}` : column.key;
            go({ ...search, sort, after: "" });
          }}
        >
          {column.label}
        </Button>
      ) : (
        column.label
      )}
    </Table.Th>
  );
}
