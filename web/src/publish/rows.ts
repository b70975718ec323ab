export interface VersionRow {
  id: string;
  dataset_id: string;
  dataset: string;
  number: string;
  state: string;
  version_hash: string | null;
  sealed: boolean;
  patients: number;
  cases: number;
  made: number;
  recalled: number;
  created_at: string;
  frozen_at: string | null;
}

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
