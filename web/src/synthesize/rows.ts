export interface SetRow {
  id: string;
  version_id: string;
  generator: string;
  organ: string;
  seed: number;
  wished: number;
  made: number | null;
  state: string;
  sha256: string | null;
  recalled_at: string | null;
  created_at: string;
}

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

export interface CaseRow {
  id: string;
  name: string;
  seed: number;
  image_sha256: string;
  label_sha256: string;
  lesions: Record<string, unknown>[];
  created_at: string;
}
