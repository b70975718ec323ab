import { useCallback, useEffect, useRef, useState } from "react";
import { API, bytes, get, Problem, send } from "../api";
import { Counts } from "./counts";
import { crashCopy } from "./crash";
import { runsOf } from "./hash";
import { History, type Step } from "./history";
import { openAttempt } from "./lease";
import { apply, type Canvas, difference, type Run } from "./runs";
import { type Saved, Saver, type Saving, toReplay } from "./saving";
import type { Attempt, Opened, Vocabulary } from "./types";
import { readMask } from "./volume";

export interface Reading {
  canvas: Canvas;
  history: History;
  counts: Counts;
  saver: Saver | null;
  lease: string | null;
  /** Strokes found on this machine after a crash: played again, or not fitting any more. */
  recovered: number;
  stray: number;
}

/** What a computing tool is given, as the server takes it. */
export interface ToolRun {
  tool: string;
  key: string;
  values: Record<string, number>;
  other?: string;
  scribbles?: { start: number; length: number; inside: boolean }[];
  keep_others: boolean;
}

/** What an assist is given; points are (z, y, x) in voxels. */
export interface AssistRun {
  assist: string;
  key: string;
  points: [number, number, number][];
}

const idle: Saving = { waiting: 0, saved: null, offline: false, refused: null };

/** Open an attempt, load what is drawn, play the crash copy again, and save each stroke. */
export function useReading(attempt: Attempt, words: Vocabulary) {
  const [reading, setReading] = useState<Reading | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [saving, setSaving] = useState<Saving>(idle);
  const [version, setVersion] = useState(0);
  const [stuck, setStuck] = useState(false);
  const [computing, setComputing] = useState(false);
  const id = attempt.id;
  const changed = useCallback(() => setVersion((n) => n + 1), []);
  const gone = useRef(false);

  const open = useCallback(
    async (take: boolean) => {
      setError(null);
      setSaving(idle);
      try {
        const opened = await openOrRead(id, take);
        const found = await load(id, words, opened, setSaving);
        if (!gone.current) setReading(found);
      } catch (reason) {
        if (!gone.current) setError(reason);
      }
    },
    [id, words],
  );
  useEffect(() => {
    gone.current = false;
    void open(false);
    return () => {
      gone.current = true;
    };
  }, [open]);

  /** Undo or redo; `stuck` says that it could not be done. */
  const step = useCallback(
    async (which: "undo" | "redo") => {
      setStuck(false);
      await reading?.history[which]().catch(() => setStuck(true));
      changed();
    },
    [reading, changed],
  );
  /** Let a computing tool or an assist draw on the server; its stroke is there already. */
  const run = useCallback(
    async (asked: ToolRun | AssistRun) => {
      if (!reading?.saver || !reading.lease || reading.history.busy) return;
      // A stroke drawn meanwhile would take the number of the tool's.
      setComputing(true);
      try {
        await reading.saver.settled();
        const group = words.terms.find((term) => term.key === asked.key)?.group ?? "";
        await compute(id, group, reading, asked);
        changed();
      } finally {
        setComputing(false);
      }
    },
    [reading, id, words, changed],
  );
  return { reading, error, saving, version, changed, open, run, step, stuck, computing };
}

/** Let the server compute, and take over what it drew; only the label's group may have changed. */
async function compute(id: string, group: string, reading: Reading, run: ToolRun | AssistRun) {
  const path = `/annotate/attempts/${id}`;
  const where = "assist" in run ? "assists" : "tools";
  const after = await send<Attempt>("POST", `${path}/${where}`, { lease: reading.lease, ...run });
  const labels = reading.canvas[group] ?? new Uint8Array(0);
  const runs = difference(group, labels, await readMask(`${path}/mask?`, group));
  apply(reading.canvas, runs);
  reading.counts.add(runs);
  reading.history.adopt(runs);
  reading.saver?.continueFrom({ seq: after.last_seq, hash: after.last_hash });
}

async function openOrRead(id: string, take: boolean): Promise<Opened | null> {
  try {
    return await openAttempt(id, take);
  } catch (error) {
    // What was handed in can be read, but not opened.
    if (error instanceof Problem && error.status === 409) return null;
    throw error;
  }
}

async function load(
  id: string,
  words: Vocabulary,
  opened: Opened | null,
  say: (saving: Saving) => void,
): Promise<Reading> {
  const path = `/annotate/attempts/${id}`;
  const masks = await Promise.all(words.groups.map((group) => readMask(`${path}/mask?`, group)));
  const canvas: Canvas = Object.fromEntries(
    words.groups.map((group, n) => [group, masks[n] as Uint8Array]),
  );
  const counts = new Counts(canvas);
  if (!opened) {
    const history = new History(
      canvas,
      () => undefined,
      async () => [],
    );
    return { canvas, history, counts, saver: null, lease: null, recovered: 0, stray: 0 };
  }
  const last = { seq: opened.last_seq, hash: opened.last_hash };
  const saver = new Saver(
    id,
    words.groups,
    last,
    ({ seq, previous, runs, step }) =>
      send<Saved>("POST", `${path}/strokes`, { lease: opened.lease, seq, previous, runs, step }),
    crashCopy,
    say,
  );
  const save = (runs: Run[], step: Step) => {
    counts.add(runs);
    void saver.add(runs, step);
  };
  const history = new History(canvas, save, async (seq) =>
    runsOf(await bytes(`${API}${path}/strokes/${seq}`), words.groups),
  );
  history.rebuild(await get<Step[]>(`${path}/strokes`));
  const kept = await crashCopy.all(id).catch(() => []);
  const { replay, known, stray } = toReplay(kept, last, canvas);
  for (const stroke of [...known, ...stray]) await crashCopy.drop(id, stroke.seq);
  for (const stroke of replay) history.again(stroke.runs, stroke.step);
  const found = { canvas, history, counts, saver, lease: opened.lease };
  return { ...found, recovered: replay.length, stray: stray.length };
}
