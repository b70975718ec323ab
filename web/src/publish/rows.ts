import type { Wire } from "../api";

export type VersionRow = Wire<"VersionOut">;

export interface Check {
  name: string;
  refuses: boolean;
  compared: number;
  findings: string[];
}

export interface VersionDetail extends VersionRow {
  parent_id: string | null;
  successor_id: string | null;
  shares: Record<string, number>;
  sides: Record<string, number>;
  root: string | null;
  header: Record<string, unknown> | null;
  audit: { checks?: Check[] } | null;
  flow: { boxes?: Record<string, unknown>[] } | null;
}
