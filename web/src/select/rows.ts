import type { Wire } from "../api";
import type { Mark } from "../parts/viewer/volume";

export type CaseRow = Wire<"renkei__select__server__schemas__CaseOut">;

export const ASPECTS = ["artefact", "coverage", "completeness", "content"] as const;

/** Where a fault lies; `box` is left, top, width, height. */
export interface Place extends Mark {
  code: string;
}

/** Where the records say what a reason rests on. */
export interface Evidence {
  record: string;
  start: number | null;
  end: number | null;
  cue: [number, number] | null;
  row: number | null;
}

export interface Metric {
  metric: string;
  aspect?: string;
  facts: Record<string, number>;
  places?: Place[];
  z_pooled?: number | null;
  z_pooled_limit?: number | null;
  pooled_median?: number | null;
  pooled_patients?: number;
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
  reasons: {
    key: string;
    code: string;
    weight: string;
    metric: string | null;
    detail: string | null;
    evidence?: Evidence[];
  }[];
  grades: Record<string, number | null>;
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
