import {
  ActionIcon,
  Anchor,
  Box,
  Button,
  Group,
  Table,
  Text,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconDownload, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { API, get, type Page, type Query, withQuery } from "../api";
import { Empty } from "./Empty";
import { count } from "./format";
import { Refusal } from "./Refusal";

export interface Column<T> {
  key: string;
  label: string;
  cell: (row: T) => ReactNode;
  sort?: boolean;
  numeric?: boolean;
}

/** What a list keeps in the URL: search words, sort, the way through its pages, filters. */
export type ListSearch = Record<string, string>;

/** The part of an address that a list sends on: its own names and the filters it knows. */
export function listSearch(search: Record<string, unknown>, filters: string[] = []): ListSearch {
  const found: ListSearch = {};
  for (const key of ["q", "sort", "after", ...filters]) {
    if (search[key] !== undefined && search[key] !== "") found[key] = String(search[key]);
  }
  return found;
}

/** Dates, names and numbers stay on one line; sentences wrap. */
function cellStyle(numeric: boolean, content: ReactNode): CSSProperties {
  const short =
    typeof content === "number" || (typeof content === "string" && content.length <= 24);
  return {
    ...(numeric ? { fontVariantNumeric: "tabular-nums" } : {}),
    ...(short ? { whiteSpace: "nowrap" } : {}),
  };
}

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
}

/** One list: filter, sort and page by the server, kept in the URL, all rows as CSV. */
export function DataTable<T>(props: Props<T>) {
  const { path, columns, rowKey, open, filter, narrow = [], filters, empty, label } = props;
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
  const [at, setAt] = useState(0);
  const rows = useRef<(HTMLTableRowElement | null)[]>([]);
  const items = list.data?.items ?? [];
  const narrowed = Boolean(search.q) || narrow.some((name) => search[name]);
  const go = (next: ListSearch) => {
    const kept = Object.entries(address).filter(([name]) => !(name in search));
    const all = { ...Object.fromEntries(kept), ...next };
    void navigate({ to: ".", search: all as never, replace: next.after === undefined });
  };
  const keys = (event: KeyboardEvent) => {
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step) {
      const next = Math.min(Math.max(at + step, 0), items.length - 1);
      setAt(next);
      rows.current[next]?.focus();
      event.preventDefault();
    }
  };
  return (
    <Box>
      <Group justify="space-between" mb="xs">
        <Group gap="sm">
          {!props.plain && (
            <Search
              value={search.q ?? ""}
              change={(q) => go(listSearch({ ...search, q, after: "" }, narrow))}
            />
          )}
          {filters}
        </Group>
        <Group gap="sm">
          <Text size="sm" c="gray.7" aria-live="polite">
            {list.data ? t("parts.total", { n: count(list.data.total) }) : " "}
          </Text>
          {!props.plain && (
            <Tooltip label={t("parts.csv")}>
              <ActionIcon
                component="a"
                variant="default"
                href={withQuery(API + path, {
                  ...search,
                  ...filter,
                  after: "",
                  format: "csv",
                })}
                download
                aria-label={t("parts.csv")}
              >
                <IconDownload size={16} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Group>
      {list.error && <Refusal error={list.error} retry={() => void list.refetch()} />}
      {list.data && items.length === 0 ? (
        <Empty
          text={
            search.q
              ? t("parts.nothing_matches", { q: search.q })
              : narrowed
                ? t("parts.nothing_filtered")
                : empty
          }
          {...(narrowed ? { clear: () => go({}) } : { action: props.emptyAction })}
        />
      ) : (
        <Table.ScrollContainer minWidth={700} type="native" tabIndex={0}>
          <Table
            stickyHeader
            highlightOnHover
            verticalSpacing={5}
            fz="sm"
            aria-label={label}
            onKeyDown={keys}
          >
            <Table.Thead>
              <Table.Tr>
                {columns.map((column) => (
                  <Head key={column.key} column={column} search={search} go={go} />
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((row, index) => (
                <Table.Tr
                  key={rowKey(row)}
                  ref={(element) => {
                    rows.current[index] = element;
                  }}
                  tabIndex={index === at ? 0 : -1}
                  style={open ? { cursor: "pointer" } : {}}
                  onFocus={() => setAt(index)}
                  onClick={() => open && void navigate({ to: open(row) })}
                  onKeyDown={(event) => {
                    if (event.key === "Enter" && open) void navigate({ to: open(row) });
                  }}
                >
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

function Search({ value, change }: { value: string; change: (q: string) => void }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const slash = (event: globalThis.KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input,textarea");
      if (event.key === "/" && !typing) {
        event.preventDefault();
        field.current?.focus();
      }
    };
    addEventListener("keydown", slash);
    return () => removeEventListener("keydown", slash);
  }, []);
  return (
    <TextInput
      ref={field}
      key={value}
      defaultValue={value}
      w={260}
      size="xs"
      leftSection={<IconSearch size={14} aria-hidden />}
      placeholder={t("parts.search")}
      aria-label={t("parts.search")}
      // An Enter that ends an input method's composition is not a search.
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.nativeEvent.isComposing)
          change(event.currentTarget.value.trim());
      }}
    />
  );
}

function Head<T>({
  column,
  search,
  go,
}: {
  column: Column<T>;
  search: ListSearch;
  go: (next: ListSearch) => void;
}) {
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
