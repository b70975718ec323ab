import type { Wire } from "../api";

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

export type OrderRow = Wire<"OrderOut">;
export type LicenceRow = Wire<"LicenceOut">;

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

export type SettlementRow = Wire<"SettlementOut">;

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
