import type { Element } from "./element";

const key = (attempt: string) => `renkei.elements.${attempt}`;

/** Elements that the server has not confirmed yet, kept where a killed browser finds them again. */
export function pending(attempt: string): Element[] {
  try {
    return JSON.parse(localStorage.getItem(key(attempt)) ?? "[]") as Element[];
  } catch {
    return [];
  }
}

export function keepPending(attempt: string, waiting: readonly Element[]): void {
  try {
    if (waiting.length) localStorage.setItem(key(attempt), JSON.stringify(waiting));
    else localStorage.removeItem(key(attempt));
  } catch {
    // Full or forbidden: the elements still go to the server, only not over a crash.
  }
}

/** What of a crash copy goes on from what the server holds: the next revision of each element. */
export function toReplay(kept: readonly Element[], revision: (id: string) => number): Element[] {
  const next = new Map<string, number>();
  return kept.filter(({ element_id, revision: own }) => {
    const known = next.get(element_id) ?? revision(element_id);
    if (own !== known + 1) return false;
    next.set(element_id, own);
    return true;
  });
}
