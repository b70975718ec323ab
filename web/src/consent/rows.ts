import type { Wire } from "../api";

export type RecallRow = Wire<"RecallOut">;

export interface RecallDetail extends RecallRow {
  preview: Record<string, Record<string, number>>;
  effects: {
    folder: string;
    what: string;
    count: number;
    result: string;
    rule: string;
    source: string;
  }[];
  waiting: string[];
  certificate: string | null;
}
