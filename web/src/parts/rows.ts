import { useQuery } from "@tanstack/react-query";
import { get, type Page, type Query } from "../api";

/** The rows that a choice in a form is made from. */
export function useRows<T>(path: string, query: Query = {}): T[] {
  const all = { limit: 500, ...query };
  const list = useQuery({ queryKey: [path, all], queryFn: () => get<Page<T>>(path, all) });
  return list.data?.items ?? [];
}
