import type { Wire } from "../api";

export type SetRow = Wire<"SetOut">;

export interface Check {
  name: string;
  state: string;
  figures: Record<string, number>;
  limits: Record<string, number>;
}

export interface SetDetail extends SetRow {
  params: Record<string, unknown>;
  params_sha256: string;
  gate: { state: string; checks: Check[] } | null;
  rejected: Record<string, number>;
}

export type CaseRow = Wire<"renkei__synthesize__server__schemas__CaseOut">;
