import { useCallback, useEffect, useRef, useState } from "react";
import { Problem, send } from "../api";
import { crashCopy } from "./crash";
import { Counts } from "./drawing";
import { openAttempt } from "./lease";
import { apply, type Canvas, difference, History, type Run } from "./runs";
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

const idle: Saving = { waiting: 0, saved: null, offline: false, refused: null };

/** Open an attempt, load what is drawn, play the crash copy again, and save each stroke. */
export function useReading(attempt: Attempt, words: Vocabulary) {
  const [reading, setReading] = useState<Reading | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [saving, setSaving] = useState<Saving>(idle);
  const [version, setVersion] = useState(0);
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

  /** Run a computing tool on the server; its stroke is on the server already. */
  const runTool = useCallback(
    async (tool: string, key: string, group: string) => {
      if (!reading?.saver || !reading.lease) return;
      await reading.saver.settled();
      const path = `/annotate/attempts/${id}`;
      const body = { lease: reading.lease, tool, key };
      const after = await send<Attempt>("POST", `${path}/tools`, body);
      const labels = reading.canvas[group] ?? new Uint8Array(0);
      const runs = difference(group, labels, await readMask(`${path}/mask?`, group));
      apply(reading.canvas, runs);
      reading.counts.add(runs);
      reading.history.adopt(runs);
      reading.saver.continueFrom({ seq: after.last_seq, hash: after.last_hash });
      changed();
    },
    [reading, id, changed],
  );
  return { reading, error, saving, version, changed, open, runTool };
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
    const history = new History(canvas, () => undefined);
    return { canvas, history, counts, saver: null, lease: null, recovered: 0, stray: 0 };
  }
  const last = { seq: opened.last_seq, hash: opened.last_hash };
  const saver = new Saver(
    id,
    words.groups,
    last,
    ({ seq, previous, runs }) =>
      send<Saved>("POST", `${path}/strokes`, { lease: opened.lease, seq, previous, runs }),
    crashCopy,
    say,
  );
  const save = (runs: Run[]) => {
    counts.add(runs);
    void saver.add(runs);
  };
  const history = new History(canvas, save);
  const kept = await crashCopy.all(id).catch(() => []);
  const { replay, known, stray } = toReplay(kept, last, canvas);
  for (const stroke of [...known, ...stray]) await crashCopy.drop(id, stroke.seq);
  for (const runs of replay) {
    apply(canvas, runs);
    history.push(runs);
  }
  const found = { canvas, history, counts, saver, lease: opened.lease };
  return { ...found, recovered: replay.length, stray: stray.length };
}
