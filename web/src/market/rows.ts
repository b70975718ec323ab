export interface CountTable {
  axes: [string, string];
  cells: [string, string, number][];
}

export interface ListingRow {
  id: string;
  created_at: string;
  product_id: string;
  version_id: string;
  version_hash: string;
  title_en: string;
  title_ja: string;
  description_en: string;
  description_ja: string;
  price_yen: number;
  months: number;
  max_releases: number;
  counts_made: boolean;
  sealed_part: boolean;
  aggregates: { tables: Record<string, CountTable>; made: number; synthetic: number };
  open: boolean;
}

export interface OrderRow {
  id: string;
  created_at: string;
  listing_id: string;
  organisation_id: string;
  purpose: string;
  country: string;
  commercial_use: boolean;
  develops_methods: boolean;
  wants_sealed: boolean;
  message: string;
  state: string;
  why: string | null;
  quote_yen: number | null;
  tax_percent: number | null;
  quoted_until: string | null;
}

export interface LicenceRow {
  id: string;
  created_at: string;
  order_id: string;
  listing_id: string;
  version_id: string;
  organisation_id: string;
  terms_sha256: string;
  purpose: string;
  country: string;
  not_before: string;
  not_after: string;
  max_releases: number;
  sealed_part: boolean;
  fee_yen: number;
  tax_yen: number;
  tax_percent: number;
  state: string;
  paid_at: string | null;
  why: string | null;
}

export interface LicenceDetail extends LicenceRow {
  terms: Terms;
  signatures: { party: string; terms_sha256: string; created_at: string }[];
  released: number;
}

export interface Constraint {
  leftOperand: string;
  operator: string;
  rightOperand: unknown;
}

export interface Terms {
  permission: { action: string; constraint: Constraint[]; duty: { action: string }[] }[];
  prohibition: { action: string }[];
}

export interface StatementRow {
  id: string;
  created_at: string;
  settlement_id: string;
  licence_id: string;
  site_id: string;
  period: string;
  patients: number;
  weight: number;
  share_bp: number;
  yen: number;
  withdrawn_yen: number;
  lines: Record<string, unknown>[];
  pdf_sha256: string;
}

export interface SettlementRow {
  id: string;
  created_at: string;
  licence_id: string;
  period: string;
  currency: string;
  net: number;
  rule: Record<string, unknown>;
  rule_sha256: string;
  weights: Record<string, unknown>;
  parts: Record<string, number>;
  state: string;
  paid_at: string | null;
}

/** Patients of a table of rounded counts along one of its axes, the largest first. */
export function along(table: CountTable, axis: 0 | 1): [string, number][] {
  const sums = new Map<string, number>();
  for (const cell of table.cells) sums.set(cell[axis], (sums.get(cell[axis]) ?? 0) + cell[2]);
  return [...sums].sort((a, b) => b[1] - a[1]);
}

/** All patients of a table of rounded counts. */
export function patientsOf(table: CountTable): number {
  return table.cells.reduce((sum, [, , patients]) => sum + patients, 0);
}
