/** A case that selection knows, as a choice in a form. */
export interface Case {
  id: string;
  subject_id: string;
  pseudonym: string | null;
  modality: string;
  body_part: string | null;
  site: string | null;
}

/** The second series of each chosen one: the only accepted one of its subject, where it is clear. */
export function pairsOf(chosen: readonly string[], first: Case[], second: Case[]) {
  const pairs: Record<string, string> = {};
  for (const id of chosen) {
    const own = first.find((one) => one.id === id);
    const same = second.filter((one) => one.subject_id === own?.subject_id);
    if (same.length === 1 && same[0]) pairs[id] = same[0].id;
  }
  return pairs;
}

/** The other scans over time of each chosen one's subject. */
export function timesOf(chosen: readonly string[], cases: Case[]): Record<string, string[]> {
  const times: Record<string, string[]> = {};
  for (const id of chosen) {
    const own = cases.find((one) => one.id === id);
    const same = cases.filter((one) => one.subject_id === own?.subject_id && one.id !== id);
    times[id] = same.map((one) => one.id);
  }
  return times;
}

/** What a plan is tried on: the chosen series, with its pair or its whole time series. */
export function seriesOf(
  chosen: string,
  inputs: { modality: string; series: boolean }[],
  cases: Case[],
): string[] {
  const [first, second] = inputs;
  const of = (modality = "") => cases.filter((one) => one.modality === modality);
  if (first?.series) {
    return [chosen, ...(timesOf([chosen], of(first.modality))[chosen] ?? [])];
  }
  if (!second) return [chosen];
  const pair = pairsOf([chosen], of(first?.modality), of(second.modality))[chosen];
  return pair ? [chosen, pair] : [chosen];
}
