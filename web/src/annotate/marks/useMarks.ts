import { useCallback, useEffect, useRef, useState } from "react";
import { get, Problem, send } from "../../api";
import { unsent } from "../unsent";
import type { Mark } from "./mark";

const AGAIN_MS = 4_000;
const unsentMarks = unsent<Mark>("marks", (mark) => mark.mark_id);

/** A change and what was there before it; null where nothing was. */
interface Change {
  before: Mark | null;
  after: Mark;
}

/** The marks of an attempt: each change goes to the server as one revision of one mark. */
export function useMarks(attempt: string, lease: string | null) {
  const [marks, setMarks] = useState<readonly Mark[] | null>(null);
  const [waiting, setWaiting] = useState(0);
  const [refused, setRefused] = useState<unknown>(null);
  const [steps, setSteps] = useState({ undo: 0, redo: 0 });
  const known = useRef(new Map<string, Mark>());
  const done = useRef<Change[]>([]);
  const undone = useRef<Change[]>([]);
  const tail = useRef<Promise<void>>(Promise.resolve());
  const unsaved = useRef<Mark[]>([]);
  const [loads, setLoads] = useState(0);
  const path = `/annotate/attempts/${attempt}/marks`;

  const show = useCallback((mark: Mark) => {
    known.current.set(mark.mark_id, mark);
    setMarks([...known.current.values()].filter((one) => !one.deleted));
  }, []);
  const load = useCallback(async () => {
    setRefused(null);
    try {
      const found = await get<Mark[]>(path);
      known.current = new Map(found.map((mark) => [mark.mark_id, mark]));
      done.current = [];
      undone.current = [];
      unsaved.current = [];
      setSteps({ undo: 0, redo: 0 });
      setMarks(found);
      setLoads((n) => n + 1);
    } catch (reason) {
      setRefused(reason);
    }
  }, [path]);
  useEffect(() => void load(), [load]);

  const forget = useCallback(
    (mark: Mark) => {
      unsaved.current = unsaved.current.filter((one) => one !== mark);
      unsentMarks.keep(attempt, unsaved.current);
    },
    [attempt],
  );
  const sendOne = useCallback(
    async (mark: Mark) => {
      const { mark_id, values: _, ...rest } = mark;
      for (;;) {
        try {
          const body = { lease, ...rest, points: rest.points.map((place) => [...place]) };
          const saved = await send<Mark>("PUT", `${path}/${mark_id}`, body);
          // What was changed since then is newer than the answer.
          if (known.current.get(mark_id)?.revision === saved.revision) show(saved);
          forget(mark);
          return;
        } catch (reason) {
          if (!(reason instanceof Problem) || reason.status >= 500) {
            await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
            continue;
          }
          // Another window measured: it can go on from there. Anything else would be refused again.
          if (reason.status !== 409) forget(mark);
          setRefused(reason);
          return;
        }
      }
    },
    [lease, path, show, forget],
  );
  const put = useCallback(
    (mark: Mark) => {
      const next = { ...mark, revision: (known.current.get(mark.mark_id)?.revision ?? 0) + 1 };
      show(next);
      unsaved.current = [...unsaved.current, next];
      unsentMarks.keep(attempt, unsaved.current);
      setWaiting((n) => n + 1);
      tail.current = tail.current.then(() => sendOne(next)).finally(() => setWaiting((n) => n - 1));
    },
    [attempt, sendOne, show],
  );
  const replay = useRef(put);
  replay.current = put;
  // What a killed browser had measured but not saved goes on where the server stands.
  useEffect(() => {
    if (!lease || !loads) return;
    const revision = (id: string) => known.current.get(id)?.revision ?? 0;
    for (const mark of unsentMarks.toReplay(unsentMarks.read(attempt), revision)) {
      replay.current(mark);
    }
    unsentMarks.keep(attempt, unsaved.current);
  }, [attempt, lease, loads]);
  const counted = useCallback(
    () => setSteps({ undo: done.current.length, redo: undone.current.length }),
    [],
  );
  /** Write a new mark or another state of one. */
  const change = useCallback(
    (after: Mark) => {
      done.current.push({ before: known.current.get(after.mark_id) ?? null, after });
      undone.current = [];
      put(after);
      counted();
    },
    [put, counted],
  );
  const undo = useCallback(() => {
    const last = done.current.pop();
    if (!last) return;
    undone.current.push(last);
    put(last.before ?? { ...last.after, deleted: true });
    counted();
  }, [put, counted]);
  const redo = useCallback(() => {
    const next = undone.current.pop();
    if (!next) return;
    done.current.push(next);
    put(next.after);
    counted();
  }, [put, counted]);
  /** A mark that was set, or taken away, for the same question. */
  const everKnown = useCallback(() => [...known.current.values()], []);
  const settled = useCallback(() => tail.current, []);
  return {
    marks: marks ?? [],
    waiting,
    refused,
    steps,
    load,
    change,
    undo,
    redo,
    everKnown,
    settled,
  };
}

export type Marks = ReturnType<typeof useMarks>;
