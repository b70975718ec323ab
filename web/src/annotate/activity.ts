// Who does nothing for this long has left: a look at a slice is counted, a break is not.
export const IDLE_MS = 60_000;

/** Time at work: from one sign of life to the next, a longer gap by `IDLE_MS` at most. */
export class Activity {
  private milliseconds: number;
  private last: number | null = null;

  constructor(seconds: number) {
    this.milliseconds = seconds * 1000;
  }

  /** The reader did something. */
  touch(now: number): void {
    this.count(now);
    this.last = now;
  }

  /** The page is not seen any more. */
  leave(now: number): void {
    this.count(now);
    this.last = null;
  }

  get seconds(): number {
    return Math.floor(this.milliseconds / 1000);
  }

  private count(now: number): void {
    if (this.last !== null) this.milliseconds += Math.min(IDLE_MS, Math.max(0, now - this.last));
  }
}

export type Stretch = [first: number, last: number];

/** Slices in order as stretches without a gap. */
export function stretches(slices: Iterable<number>): Stretch[] {
  const found: Stretch[] = [];
  for (const slice of [...slices].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && last[1] === slice - 1) last[1] = slice;
    else found.push([slice, slice]);
  }
  return found;
}

export function slicesOf(all: readonly Stretch[]): Set<number> {
  const found = new Set<number>();
  for (const [first, last] of all) for (let at = first; at <= last; at++) found.add(at);
  return found;
}
