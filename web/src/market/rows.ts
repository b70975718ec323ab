/** A rounded count, or "<10" where a number would tell too much. */
export type Count = number | string;

/** Counts of patients; the cells of an empty name are the totals. */
export interface CountTable {
  axes: [string, string];
  cells: [string, string, Count][];
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

/** How one version's part of a statement was reckoned; shares in hundredths of a percent. */
export interface StatementLine {
  version: string;
  patients: number;
  quality_percent: number;
  share_bp: number;
  weight: number;
  all_weights: number;
  yen: number;
  withdrawn_yen: number;
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
  lines: StatementLine[];
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

const size = (count: Count) => (typeof count === "number" ? count : 0);

/** Patients of a table along one of its axes, the largest first: its margin, never a sum of it. */
export function along({ cells }: CountTable, axis: 0 | 1): [string, Count][] {
  return cells
    .filter((cell) => cell[axis] !== "" && cell[1 - axis] === "")
    .map((cell): [string, Count] => [cell[axis], cell[2]])
    .sort((a, b) => size(b[1]) - size(a[1]));
}

/** All patients of a table, as they may be told. */
export function patientsOf({ cells }: CountTable): Count | undefined {
  return cells.find(([row, column]) => row === "" && column === "")?.[2];
}
