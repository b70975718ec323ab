import { useQuery } from "@tanstack/react-query";
import { get } from "../api";

interface Earning {
  site_id: string;
  yen: number;
}

/** What each hospital earned with its data until now, withdrawals taken off. */
export function useEarned(may: boolean): Map<string, number> {
  const path = "/market/earnings";
  const rows = useQuery({
    queryKey: [path, undefined],
    queryFn: () => get<Earning[]>(path),
    enabled: may,
  });
  const sums = new Map<string, number>();
  for (const { site_id, yen } of rows.data ?? []) sums.set(site_id, (sums.get(site_id) ?? 0) + yen);
  return sums;
}
