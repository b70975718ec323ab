import { Anchor, Box, Button, Checkbox, Group, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { API, get, type Page, Problem, type Query, withQuery } from "../api";
import { Empty } from "./Empty";
import { count } from "./format";
import {
  type Column,
  cellStyle,
  type ListSearch,
  listSearch,
  shownColumns,
  useHidden,
} from "./list/columns";
import { Head } from "./list/Head";
import { Search } from "./list/Search";
import { Columns, Csv, KeyMap } from "./list/Tools";
import { useRows } from "./list/useRows";
import { NotYours } from "./NotYours";
import { Refusal } from "./Refusal";

export type { Column } from "./list/columns";

interface Props<T> {
  path: string;
  columns: Column<T>[];
  rowKey: (row: T) => string;
  open?: (row: T) => string;
  /** Always applied, whatever the address says. */
  filter?: Query;
  /** Columns that the address may narrow, and the fields that do it. */
  narrow?: string[];
  filters?: ReactNode;
  /** A list in an order of its own: neither searched, nor sorted, nor saved as CSV. */
  plain?: boolean;
  empty: string;
  emptyAction?: ReactNode;
  label: string;
  /** What can be done to marked rows at once; without it no row can be marked. */
  bulk?: ((rows: T[], clear: () => void) => ReactNode) | undefined;
}

/** One list: filter, sort and page by the server, kept in the URL, all rows as CSV. */
export function DataTable<T>(props: Props<T>) {
  const { path, rowKey, open, filter, narrow = [], filters, empty, label, bulk } = props;
  const { t } = useTranslation();
  const navigate = useNavigate();
  const address = useSearch({ strict: false }) as Record<string, string>;
  const search = listSearch(address, narrow);
  const query: Query = props.plain ? { limit: 50 } : { ...search, ...filter, limit: 50 };
  const list = useQuery({
    queryKey: [path, query],
    queryFn: () => get<Page<T>>(path, query),
    placeholderData: keepPreviousData,
  });
  const [help, { open: showHelp, close: hideHelp }] = useDisclosure(false);
  const [hidden, hide] = useHidden(path);
  const field = useRef<HTMLInputElement>(null);
  const columns = shownColumns(props.columns, hidden);
  const items = list.data?.items ?? [];
  const go = (next: ListSearch) => {
    const kept = Object.entries(address).filter(([name]) => !(name in search));
    const all = { ...Object.fromEntries(kept), ...next };
    void navigate({ to: ".", search: all as never, replace: next.after === undefined });
  };
  const { marks, setMarks, mark, walked } = useRows({
    keys: items.map(rowKey),
    marking: bulk !== undefined,
    open: (index) => {
      const row = items[index];
      if (row && open) void navigate({ to: open(row) });
    },
    search: () => field.current?.focus(),
    help: showHelp,
  });
  const chosen = items.filter((row) => marks.has(rowKey(row)));
  const forbidden = list.error instanceof Problem && list.error.status === 403;
  return (
    <Box>
      <Group justify="space-between" mb="xs">
        <Group gap="sm">
          {!props.plain && (
            <Search
              field={field}
              value={search.q ?? ""}
              change={(q) => go(listSearch({ ...search, q, after: "" }, narrow))}
            />
          )}
          {filters}
          {bulk && chosen.length > 0 && bulk(chosen, () => setMarks(new Set()))}
        </Group>
        <Group gap={6}>
          <Text size="sm" c="gray.7" aria-live="polite" mr={4}>
            {list.data ? t("parts.total", { n: count(list.data.total) }) : " "}
          </Text>
          <KeyMap
            opened={help}
            show={showHelp}
            close={hideHelp}
            keys={[
              ["j / k", t("parts.key.move")],
              ...(open ? [["Enter", t("parts.key.open")] as [string, string]] : []),
              ...(bulk
                ? ([
                    ["x", t("parts.key.mark")],
                    ["Shift + x", t("parts.key.range")],
                  ] as [string, string][])
                : []),
              ...(props.plain ? [] : [["/", t("parts.key.search")] as [string, string]]),
              ["?", t("parts.key.help")],
            ]}
          />
          {props.columns.length > 2 && (
            <Columns columns={props.columns} hidden={hidden} hide={hide} />
          )}
          {!props.plain && (
            <Csv href={withQuery(API + path, { ...search, ...filter, after: "", format: "csv" })} />
          )}
        </Group>
      </Group>
      {list.error && !forbidden && <Refusal error={list.error} retry={() => void list.refetch()} />}
      {forbidden && <NotYours />}
      {list.data && items.length === 0 && (
        <NothingHere
          search={search}
          narrow={narrow}
          empty={empty}
          go={go}
          act={props.emptyAction}
        />
      )}
      {items.length > 0 && (
        <Table.ScrollContainer minWidth={700} type="native" tabIndex={0}>
          <Table stickyHeader highlightOnHover verticalSpacing={5} fz="sm" aria-label={label}>
            <Table.Thead>
              <Table.Tr>
                {bulk && (
                  <Table.Th scope="col" bg="gray.0" w={36}>
                    <Checkbox
                      size="xs"
                      aria-label={t("parts.mark_all")}
                      checked={chosen.length === items.length}
                      indeterminate={chosen.length > 0 && chosen.length < items.length}
                      onChange={() =>
                        setMarks(
                          chosen.length === items.length ? new Set() : new Set(items.map(rowKey)),
                        )
                      }
                    />
                  </Table.Th>
                )}
                {columns.map((column) => (
                  <Head key={column.key} column={column} search={search} go={go} />
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((row, index) => (
                <Table.Tr
                  key={rowKey(row)}
                  {...walked(index)}
                  {...(marks.has(rowKey(row)) ? { bg: "indigo.0" } : {})}
                  style={open ? { cursor: "pointer" } : {}}
                  onClick={(event) => {
                    // A link or a button inside of the row acts by itself.
                    if (event.target instanceof Element && event.target.closest("a,button")) return;
                    if (open) void navigate({ to: open(row) });
                  }}
                >
                  {bulk && (
                    <Table.Td onClick={(event) => event.stopPropagation()}>
                      <Checkbox
                        size="xs"
                        aria-label={t("parts.mark")}
                        checked={marks.has(rowKey(row))}
                        onChange={() => undefined}
                        onClick={(event) => mark(index, event.shiftKey)}
                      />
                    </Table.Td>
                  )}
                  {columns.map((column, place) => (
                    <Table.Td
                      key={column.key}
                      ta={column.numeric ? "right" : "left"}
                      style={cellStyle(column.numeric ?? false, column.cell(row))}
                    >
                      {place === 0 && open ? (
                        <Anchor component={Link} to={open(row)} c="indigo.9" fz="sm">
                          {column.cell(row)}
                        </Anchor>
                      ) : (
                        column.cell(row)
                      )}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Group justify="flex-end" mt="xs" gap="xs">
        {search.after && (
          <Button size="xs" variant="default" onClick={() => history.back()}>
            {t("parts.previous")}
          </Button>
        )}
        {list.data?.next && (
          <Button
            size="xs"
            variant="default"
            onClick={() => go({ ...search, after: list.data.next as string })}
          >
            {t("parts.next")}
          </Button>
        )}
      </Group>
    </Box>
  );
}

/** Nothing yet, or nothing that matches: then what was asked for, and the way back. */
function NothingHere({
  search,
  narrow,
  empty,
  go,
  act,
}: {
  search: ListSearch;
  narrow: string[];
  empty: string;
  go: (next: ListSearch) => void;
  act: ReactNode;
}) {
  const { t } = useTranslation();
  const asked = narrow.flatMap((name) => (search[name] ? [search[name]] : []));
  const chips = asked.map((value) => t(`parts.state.${value}`, { defaultValue: value }));
  if (search.q) chips.unshift(t("parts.quoted", { q: search.q }));
  if (chips.length === 0) return <Empty text={empty} action={act} />;
  return <Empty text={t("parts.nothing_matches")} chips={chips} clear={() => go({})} />;
}
