import type { Wire } from "../api";

export type BatchRow = Wire<"BatchOut">;
export type FileRow = Wire<"FileOut">;
export type HeldRow = Wire<"QuarantineOut">;
export type HeldDetail = Wire<"HeldOut">;

/** Whether a batch adds up: sent = stored + quarantined + missing. */
export function addsUp(
  batch: Pick<BatchRow, "sent" | "stored" | "quarantined" | "missing">,
): boolean {
  const held = Object.values(batch.quarantined).reduce((sum, n) => sum + n, 0);
  return batch.sent === batch.stored + held + batch.missing;
}
