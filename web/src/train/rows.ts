import type { Wire } from "../api";

export type ModelRow = Wire<"ModelOut">;

export interface Evaluation {
  id: string;
  side: string;
  sha256: string;
  looks_left: number | null;
  created_at: string;
  report: Record<string, unknown>;
}

export interface ModelDetail extends ModelRow {
  facts: Record<string, unknown>;
  looks_used: number;
  evaluations: Evaluation[];
}
