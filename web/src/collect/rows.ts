export interface BatchRow {
  id: string;
  created_at: string;
  site_id: string;
  state: string;
  approval_id: string | null;
  agreement_id: string | null;
  opened_by: string;
  sent: number;
  stored: number;
  quarantined: Record<string, number>;
  missing: number;
  parts_refused: Record<string, number>;
}

export interface FileRow {
  id: string;
  n: number;
  kind: string;
  bytes: number;
  pseudonym: string | null;
  sop_uid: string | null;
  state: string;
  reason: string | null;
  subject_id: string | null;
  sha256: string | null;
  parts: number;
  parts_refused: number;
}

export interface HeldRow {
  id: string;
  created_at: string;
  batch_id: string;
  site_id: string;
  kind: string;
  reason: string;
  bytes: number;
  n: number | null;
  part: boolean;
  subject_id: string | null;
}

/** Whether a batch adds up: sent = stored + quarantined + missing. */
export function addsUp(
  batch: Pick<BatchRow, "sent" | "stored" | "quarantined" | "missing">,
): boolean {
  const held = Object.values(batch.quarantined).reduce((sum, n) => sum + n, 0);
  return batch.sent === batch.stored + held + batch.missing;
}
