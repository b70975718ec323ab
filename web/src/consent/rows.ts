import type { Wire } from "../api";

export type RecallRow = Wire<"RecallOut">;

export interface RecallDetail extends RecallRow {
  preview: Record<string, Record<string, number>>;
  effects: { folder: string; what: string; count: number }[];
  waiting: string[];
  certificate: string | null;
}
