export interface ModelRow {
  id: string;
  run_id: string;
  version_id: string;
  recipe: string;
  sha256: string;
  recalled_at: string | null;
  created_at: string;
}

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
