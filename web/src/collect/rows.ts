import type { Wire } from "../api";

export type BatchRow = Wire<"BatchOut">;
export type FileRow = Wire<"FileOut">;
export type HeldRow = Wire<"QuarantineOut">;
export type HeldDetail = Wire<"HeldOut">;
export type LayoutRow = Wire<"LayoutOut">;
export type TableCheck = Wire<"CheckedOut">;
export type ColumnRow = TableCheck["columns"][number];

export const TYPES = [
  "subject",
  "date",
  "number",
  "code",
  "text",
  "ignored",
] as const satisfies readonly ColumnRow["type"][];

export const SYSTEMS = [
  "icd10",
  "jlac10",
  "yj",
  "hot",
  "loinc",
  "snomed",
] as const satisfies readonly NonNullable<ColumnRow["system"]>[];

/** A column of another type keeps only what that type has. */
export function retyped(column: ColumnRow, type: string): ColumnRow {
  const next = type as ColumnRow["type"];
  const plain = next === "subject" || next === "ignored";
  return {
    ...column,
    type: next,
    unit: next === "number" ? column.unit : null,
    system: next === "code" ? (column.system ?? SYSTEMS[0]) : null,
    lane: plain ? null : column.lane,
  };
}

/** Whether a batch adds up: sent = stored + quarantined + missing. */
export function addsUp(
  batch: Pick<BatchRow, "sent" | "stored" | "quarantined" | "missing">,
): boolean {
  const held = Object.values(batch.quarantined).reduce((sum, n) => sum + n, 0);
  return batch.sent === batch.stored + held + batch.missing;
}
