export interface AnchorRow {
  id: string;
  created_at: string;
  kind: string;
  key: string;
  commitment: string;
  ledger: string;
  state: string;
  index: number | null;
  anchored_at: string | null;
}
