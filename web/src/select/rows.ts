import type { Wire } from "../api";

export type CaseRow = Wire<"renkei__select__server__schemas__CaseOut">;

export interface Metric {
  metric: string;
  unit: string;
  value: number | null;
  n: number;
  reason: string | null;
  codes: string[];
  z: number | null;
  z_limit: number | null;
  review_limit: number | null;
  exclude_limit: number | null;
  stratum: Record<string, string>;
  stratum_median: number | null;
  stratum_patients: number;
}

export type Override = Wire<"OverrideOut">;

export interface CaseDetail extends CaseRow {
  reasons: { code: string; weight: string; metric: string | null; detail: string | null }[];
  metrics: Metric[];
  stratum: Record<string, string>;
  by: string;
  recipe: string | null;
  recipe_id: string | null;
  overrides: Override[];
}

/** A reason such as `ct_noise.unusual` as its metric and what is wrong. */
export function partsOf(key: string): { metric: string | null; code: string } {
  const at = key.indexOf(".");
  return at < 0
    ? { metric: null, code: key }
    : { metric: key.slice(0, at), code: key.slice(at + 1) };
}
