import type { CSSProperties, ReactNode } from "react";
import { useState } from "react";
import { useMe } from "../../shell/session";

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
export function cellStyle(numeric: boolean, content: ReactNode): CSSProperties {
  const short =
    typeof content === "number" || (typeof content === "string" && content.length <= 24);
  return {
    ...(numeric ? { fontVariantNumeric: "tabular-nums" } : {}),
    ...(short ? { whiteSpace: "nowrap" } : {}),
  };
}

/** One name for the lists of one kind: every batch's files are the same list. */
export function listName(path: string): string {
  return path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "*");
}

/** What is left of the columns without those that a user hid; the first one always stays. */
export function shownColumns<T>(columns: Column<T>[], hidden: readonly string[]): Column<T>[] {
  return columns.filter((column, at) => at === 0 || !hidden.includes(column.key));
}

/** The columns that a user hid from a list, kept in this browser. */
export function useHidden(path: string): [string[], (hidden: string[]) => void] {
  const key = `renkei.hidden.${useMe().data?.id}.${listName(path)}`;
  const [, again] = useState(0);
  const hidden = (localStorage.getItem(key) ?? "").split(",").filter(Boolean);
  const set = (next: string[]) => {
    if (next.length) localStorage.setItem(key, next.join(","));
    else localStorage.removeItem(key);
    again((n) => n + 1);
  };
  return [hidden, set];
}
