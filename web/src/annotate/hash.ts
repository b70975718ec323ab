import type { Run } from "./runs";

export const START = "0".repeat(64);
const FIELDS = 5;

/** The runs as the server hashes them: int64 little-endian rows group, start, length, old, new. */
export function runTable(runs: readonly Run[], groups: readonly string[]): BigInt64Array {
  const table = new BigInt64Array(runs.length * FIELDS);
  runs.forEach((run, row) => {
    const fields = [groups.indexOf(run.group), run.start, run.length, run.old, run.new];
    fields.forEach((field, column) => {
      table[row * FIELDS + column] = BigInt(field);
    });
  });
  return table;
}

/** The runs of such a table, as the server sends a stroke of its log. */
export function runsOf(bytes: ArrayBuffer, groups: readonly string[]): Run[] {
  const table = new BigInt64Array(bytes);
  return Array.from({ length: table.length / FIELDS }, (_, row) => {
    const field = (column: number) => Number(table[row * FIELDS + column]);
    const group = groups[field(0)] ?? "";
    return { group, start: field(1), length: field(2), old: field(3), new: field(4) };
  });
}

async function sha256(bytes: BufferSource): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The hash that the next stroke names as its previous one, as the server computes it.
 *
 * Empty where the browser computes none: outside of HTTPS and loopback.
 */
export async function strokeHash(
  attempt: string,
  seq: number,
  previous: string,
  runs: readonly Run[],
  groups: readonly string[],
): Promise<string> {
  if (!globalThis.crypto?.subtle) return "";
  const inner = await sha256(runTable(runs, groups).buffer as ArrayBuffer);
  const link = { attempt, previous, runs: inner, seq };
  return sha256(new TextEncoder().encode(JSON.stringify(link)));
}
