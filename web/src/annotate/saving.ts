import { Problem } from "../api";
import type { CrashCopy, Pending } from "./crash";
import { strokeHash } from "./hash";
import type { Step } from "./history";
import { type Canvas, follows, type Run } from "./runs";

export interface Saved {
  seq: number;
  hash: string;
}

/** What the page says about saving. */
export interface Saving {
  waiting: number;
  saved: (Saved & { at: Date }) | null;
  /** The server is not reached; the strokes are kept here and sent again. */
  offline: boolean;
  /** Nothing more can be saved from this window. */
  refused: unknown;
}

type Send = (stroke: Pending) => Promise<Saved>;

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

/** The server has another hash than this browser: what it holds is not what was drawn. */
export class HashDiffersError extends Error {}

/** Send strokes one after the other; a stroke counts as saved when the server's hash came back. */
export class Saver {
  state: Saving = { waiting: 0, saved: null, offline: false, refused: null };
  private readonly queue: Pending[] = [];
  private tail: Promise<unknown> = Promise.resolve();
  private sending: Promise<void> | null = null;

  constructor(
    private readonly attempt: string,
    private readonly groups: readonly string[],
    private last: Saved,
    private readonly send: Send,
    private readonly copy: CrashCopy,
    private readonly changed: (state: Saving) => void,
    private readonly wait: (ms: number) => Promise<void> = (ms) =>
      new Promise((done) => setTimeout(done, ms)),
  ) {}

  /** Keep a stroke on this machine at once, then send it. */
  add(runs: Run[], step: Step): Promise<void> {
    if (this.state.refused) return Promise.resolve();
    this.say({ waiting: this.state.waiting + 1 });
    const kept = this.tail.then(async () => {
      const previous = this.queue.at(-1)?.hash || this.last.hash;
      const seq = this.last.seq + this.queue.length + 1;
      const hash = await strokeHash(this.attempt, seq, previous, runs, this.groups);
      const stroke: Pending = { attempt: this.attempt, seq, previous, hash, runs, step };
      this.queue.push(stroke);
      await this.copy.keep(stroke).catch(() => undefined);
    });
    this.tail = kept;
    return kept.then(() => this.pump());
  }

  /** Wait until everything is saved, or refused. */
  async settled(): Promise<void> {
    await this.tail;
    await this.pump();
  }

  /** Go on from a stroke that the server made itself. */
  continueFrom(last: Saved): void {
    this.last = last;
    this.say({ saved: { ...last, at: new Date() } });
  }

  private pump(): Promise<void> {
    this.sending ??= this.run().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  private async run(): Promise<void> {
    let pause = FIRST_WAIT;
    while (this.queue.length && !this.state.refused) {
      const stroke = this.queue[0] as Pending;
      try {
        const saved = await this.send({ ...stroke, previous: this.last.hash });
        if (stroke.hash && saved.hash !== stroke.hash) throw new HashDiffersError();
        this.queue.shift();
        this.last = saved;
        await this.copy.drop(this.attempt, stroke.seq).catch(() => undefined);
        this.say({
          waiting: this.state.waiting - 1,
          saved: { ...saved, at: new Date() },
          offline: false,
        });
        pause = FIRST_WAIT;
      } catch (error) {
        const final = error instanceof HashDiffersError;
        if (final || (error instanceof Problem && error.status < 500)) {
          this.say({ refused: error });
          return;
        }
        this.say({ offline: true });
        await this.wait(pause);
        pause = Math.min(LONGEST_WAIT, pause * 2);
      }
    }
  }

  private say(part: Partial<Saving>): void {
    this.state = { ...this.state, ...part };
    this.changed(this.state);
  }
}

/** What of a crash copy goes on from what the server holds; the rest does not belong there. */
export function toReplay(
  kept: readonly Pending[],
  last: Saved,
  canvas: Canvas,
): { replay: Pending[]; known: Pending[]; stray: Pending[] } {
  const ordered = [...kept].sort((a, b) => a.seq - b.seq);
  const here = ordered.findIndex((stroke) => stroke.hash !== "" && stroke.hash === last.hash);
  const known = here >= 0 ? ordered.slice(0, here + 1) : [];
  const rest = ordered.slice(known.length);
  const first = rest[0];
  if (!first) return { replay: [], known, stray: [] };
  const next = first.seq === last.seq + 1 && (here >= 0 || first.previous === last.hash);
  if (!next || !follows(canvas, first.runs)) return { replay: [], known, stray: rest };
  return { replay: rest, known, stray: [] };
}
