export interface RecallRow {
  id: string;
  created_at: string;
  subject_id: string;
  site_id: string;
  kind: string;
  reason: string;
  state: string;
  certified_at: string | null;
}

export interface RecallDetail extends RecallRow {
  preview: Record<string, Record<string, number>>;
  effects: { folder: string; what: string; count: number }[];
  waiting: string[];
  certificate: string | null;
}
