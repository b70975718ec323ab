import { useCallback, useEffect, useRef, useState } from "react";
import { API, bytes, Problem, send } from "../api";
import { openAttempt } from "./lease";
import type { Vertex } from "./polygons";
import { readArrays } from "./slide/arrays";
import { type Element, type Kind, newId, type Ring, settled } from "./slide/element";
import { ElementHistory } from "./slide/history";
import { pending } from "./slide/pending";
import { Shapes } from "./slide/shapes";
import type { Attempt } from "./types";

/** What the page says of saving elements. */
export interface ElementSaving {
  waiting: number;
  offline: boolean;
  refused: unknown;
  saved: { count: number; at: Date } | null;
}

const AGAIN_MS = 4_000;

/** The elements of an attempt: each change goes to the server as one revision of one element. */
export function useElements(attempt: Attempt, size: Vertex) {
  const [shapes, setShapes] = useState<Shapes | null>(null);
  const [lease, setLease] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [, setVersion] = useState(0);
  const [saving, setSaving] = useState<ElementSaving>({
    waiting: 0,
    offline: false,
    refused: null,
    saved: null,
  });
  const history = useRef(new ElementHistory());
  const tail = useRef<Promise<void>>(Promise.resolve());
  const waiting = useRef<Element[]>([]);
  const path = `/annotate/attempts/${attempt.id}`;
  const [width, height] = size;

  const forget = useCallback(
    (element: Element) => {
      waiting.current = waiting.current.filter((one) => one !== element);
      pending.keep(attempt.id, waiting.current);
    },
    [attempt.id],
  );
  const sendOne = useCallback(
    async (element: Element, by: string) => {
      const { element_id, ...body } = element;
      for (;;) {
        try {
          await send("PUT", `${path}/elements/${element_id}`, { ...body, lease: by });
          forget(element);
          setSaving((now) => ({
            ...now,
            waiting: now.waiting - 1,
            offline: false,
            saved: { count: (now.saved?.count ?? 0) + 1, at: new Date() },
          }));
          return;
        } catch (reason) {
          if (reason instanceof Problem && reason.status < 500) {
            // Another window drew: it can go on from there. Anything else would be refused again.
            if (reason.status !== 409) forget(element);
            setSaving((now) => ({ ...now, waiting: now.waiting - 1, refused: reason }));
            return;
          }
          setSaving((now) => ({ ...now, offline: true }));
          await new Promise((done) => setTimeout(done, AGAIN_MS));
        }
      }
    },
    [path, forget],
  );
  const put = useCallback(
    (to: Shapes, elements: readonly Element[], by: string) => {
      for (const element of elements) {
        to.put(element);
        waiting.current = [...waiting.current, element];
        tail.current = tail.current.then(() => sendOne(element, by));
      }
      pending.keep(attempt.id, waiting.current);
      setSaving((now) => ({ ...now, waiting: now.waiting + elements.length }));
      setVersion((now) => now + 1);
    },
    [attempt.id, sendOne],
  );

  const open = useCallback(
    async (take: boolean) => {
      try {
        const opened = await openAttempt(attempt.id, take).catch((reason) => {
          if (reason instanceof Problem && reason.status === 409) return null;
          throw reason;
        });
        const found = new Shapes(readArrays(await bytes(`${API}${path}/elements/arrays`)), [
          width,
          height,
        ]);
        history.current = new ElementHistory();
        waiting.current = [];
        setSaving((now) => ({ ...now, waiting: 0, refused: null }));
        setLease(opened?.lease ?? null);
        setShapes(found);
        if (!opened) return;
        // What a killed browser had drawn but not saved goes on where the server stands.
        put(
          found,
          pending.toReplay(pending.read(attempt.id), (id) => found.revision(id)),
          opened.lease,
        );
      } catch (reason) {
        setError(reason);
      }
    },
    [attempt.id, path, width, height, put],
  );
  useEffect(() => {
    if (width) void open(false);
  }, [open, width]);

  const write = useCallback(
    (elements: readonly Element[]) => {
      if (!shapes || !lease) return;
      const next = elements.map((element) => {
        const revision = shapes.revision(element.element_id) + 1;
        return { ...element, revision };
      });
      put(shapes, next, lease);
    },
    [shapes, lease, put],
  );
  const change = useCallback(
    (elements: readonly Element[]) => {
      if (!shapes) return;
      const after = elements.map((element) => {
        const rings = element.rings.map((ring) => ring.map((v) => settled(v, [width, height])));
        const parent = element.parent ?? shapes.parentOf(rings, element.element_id);
        return { ...element, rings, parent };
      });
      history.current.push(
        after.map((one) => ({
          id: one.element_id,
          before: shapes.get(one.element_id),
          after: one,
        })),
      );
      write(after);
    },
    [shapes, width, height, write],
  );
  const add = useCallback(
    (key: string, kind: Kind, rings: Ring[]) =>
      change([
        { element_id: newId(), revision: 0, key, kind, parent: null, rings, deleted: false },
      ]),
    [change],
  );
  const remove = useCallback(
    (element: Element) => change([{ ...element, deleted: true }]),
    [change],
  );
  const undo = useCallback(() => write(history.current.undo()), [write]);
  const redo = useCallback(() => write(history.current.redo()), [write]);
  const settle = useCallback(() => tail.current, []);
  const undoable = history.current.canUndo;
  const redoable = history.current.canRedo;
  return {
    shapes,
    lease,
    error,
    saving,
    undoable,
    redoable,
    open,
    add,
    change,
    remove,
    undo,
    redo,
    settled: settle,
  };
}
