import { apply, type Canvas, follows, type Run, reversed } from "./runs";

/** What a stroke of the log is: something new, or an older one taken back or drawn again. */
export type Step = "draw" | "undo" | "redo";

/** The most runs that one stroke may have; more are refused by the server. */
export const MOST_RUNS = 100_000;

/** A stroke that can be taken back: its runs, or its number in the server's log until asked for. */
type Entry = { runs: Run[] } | { seq: number };

/**
 * Unlimited undo and redo, over a reload as well.
 *
 * An undo is a stroke of its own, so that the log only grows; what a stroke is stands beside it.
 */
export class History {
  private done: Entry[] = [];
  private undone: Entry[] = [];
  private tail: Promise<unknown> = Promise.resolve();
  private stepping = 0;

  constructor(
    private readonly canvas: Canvas,
    private readonly changed: (runs: Run[], step: Step) => void,
    private readonly fetch: (seq: number) => Promise<Run[]>,
  ) {}

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** A step is under way: what is drawn now could not be told from it. */
  get busy(): boolean {
    return this.stepping > 0;
  }

  /** Rebuild from the steps of the server's log, the first stroke first. */
  rebuild(steps: readonly Step[]): void {
    for (const [at, step] of steps.entries()) this.note(step, { seq: at + 1 });
  }

  /** Record a stroke that is already drawn; an empty one is no stroke. */
  push(runs: Run[]): void {
    if (!runs.length) return;
    this.adopt(runs);
    this.changed(runs, "draw");
  }

  /** Record a stroke that is drawn and saved already, such as a computing tool's. */
  adopt(runs: Run[]): void {
    if (runs.length) this.note("draw", { runs });
  }

  /** Do again what was not saved before a crash. */
  again(runs: Run[], step: Step): void {
    apply(this.canvas, runs);
    this.note(step, { runs });
    this.changed(runs, step);
  }

  undo(): Promise<Run[]> {
    return this.next("undo");
  }

  redo(): Promise<Run[]> {
    return this.next("redo");
  }

  /** One step after the other: two quick presses take back two strokes. */
  private next(step: "undo" | "redo"): Promise<Run[]> {
    this.stepping++;
    const work = this.tail.then(() => this.one(step)).finally(() => this.stepping--);
    this.tail = work.catch(() => undefined);
    return work;
  }

  private async one(step: "undo" | "redo"): Promise<Run[]> {
    const stack = step === "undo" ? this.done : this.undone;
    const entry = stack.at(-1);
    if (!entry) return [];
    const drawn = "runs" in entry ? entry.runs : await this.fetch(entry.seq);
    const runs = step === "undo" ? reversed(drawn) : drawn;
    if (runs.length > MOST_RUNS || !follows(this.canvas, runs)) throw new StepRefusedError();
    apply(this.canvas, runs);
    stack[stack.length - 1] = { runs: drawn };
    this.note(step, { runs: drawn });
    this.changed(runs, step);
    return runs;
  }

  private note(step: Step, entry: Entry): void {
    if (step === "draw") {
      this.done.push(entry);
      this.undone = [];
      return;
    }
    const [from, to] = step === "undo" ? [this.done, this.undone] : [this.undone, this.done];
    const moved = from.pop();
    if (moved) to.push(moved);
  }
}

/** A stroke is too large to be taken back, or does not fit to what is drawn. */
export class StepRefusedError extends Error {}
