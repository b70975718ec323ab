import { Problem, send } from "../api";
import type { Opened } from "./types";

const key = (attempt: string) => `renkei.lease.${attempt}`;

/** Open an attempt for drawing in this window; null when another window draws in it. */
export async function openAttempt(attempt: string, take: boolean): Promise<Opened | null> {
  const known = sessionStorage.getItem(key(attempt));
  try {
    const body = known ? { lease: known, take } : { take };
    const opened = await send<Opened>("POST", `/annotate/attempts/${attempt}/open`, body);
    sessionStorage.setItem(key(attempt), opened.lease);
    return opened;
  } catch (error) {
    if (error instanceof Problem && error.title === "lease_held") return null;
    throw error;
  }
}
