/** What the server has not confirmed yet, kept where a killed browser finds it again. */
export function unsent<T extends { revision: number }>(what: string, idOf: (one: T) => string) {
  const key = (attempt: string) => `renkei.${what}.${attempt}`;
  return {
    read(attempt: string): T[] {
      try {
        return JSON.parse(localStorage.getItem(key(attempt)) ?? "[]") as T[];
      } catch {
        return [];
      }
    },
    keep(attempt: string, waiting: readonly T[]): void {
      try {
        if (waiting.length) localStorage.setItem(key(attempt), JSON.stringify(waiting));
        else localStorage.removeItem(key(attempt));
      } catch {
        // Full or forbidden: it still goes to the server, only not over a crash.
      }
    },
    /** What of a crash copy goes on from what the server holds: the next revision of each. */
    toReplay(kept: readonly T[], revision: (id: string) => number): T[] {
      const next = new Map<string, number>();
      return kept.filter((one) => {
        const known = next.get(idOf(one)) ?? revision(idOf(one));
        if (one.revision !== known + 1) return false;
        next.set(idOf(one), one.revision);
        return true;
      });
    },
  };
}
