export interface PlanRow {
  id: string;
  created_at: string;
  name: string;
  version: string;
  sha256: string;
  roles: Record<string, string>;
}

export interface RunRow {
  id: string;
  created_at: string;
  plan_id: string;
  plan: string;
  site: string | null;
  subject_id: string;
  pseudonym: string | null;
  series_id: string;
  pair_series_id: string | null;
  state: string;
  finding: string | null;
  code: string | null;
  image_sha256: string | null;
  label_sha256: string | null;
  ended_at: string | null;
}

export interface RunDetail extends RunRow {
  by: string;
  sentence: string | null;
  record: Record<string, unknown> | null;
  label_source_sha256: string | null;
  has_preview: boolean;
}
