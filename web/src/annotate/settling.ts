import type { Dispute, Measure } from "./types";

const rank: Record<string, number> = {
  presence: 0,
  missed_by_a: 1,
  missed_by_b: 1,
  not_assessed: 2,
  split: 3,
  size: 4,
  extent: 5,
};

/** Disputes worst first: what one reader does not see at all, then by how little they share. */
export function worstFirst(disputes: readonly Dispute[], measures: readonly Measure[]): Dispute[] {
  const dice = new Map(measures.map((one) => [one.key, one.dice ?? 1]));
  return [...disputes].sort(
    (a, b) =>
      (rank[a.reason] ?? 9) - (rank[b.reason] ?? 9) ||
      (dice.get(a.key) ?? 1) - (dice.get(b.key) ?? 1) ||
      a.position - b.position,
  );
}

/** The first dispute after `at` that has no decision yet; -1 when all are decided. */
export function nextOpen(disputes: readonly Dispute[], at: number): number {
  for (let step = 1; step <= disputes.length; step++) {
    const index = (at + step) % disputes.length;
    if (!disputes[index]?.decision) return index;
  }
  return -1;
}
