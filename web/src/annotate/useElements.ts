import { useCallback, useEffect, useRef, useState } from "react";
import { get, Problem, send } from "../api";
import { openAttempt } from "./lease";
import type { Attempt, Element } from "./types";

/** What the page says of saving polygons. */
export interface ElementSaving {
  waiting: number;
  offline: boolean;
  refused: unknown;
  saved: { count: number; at: Date } | null;
}

const AGAIN_MS = 4_000;

/** The polygons of an attempt: each change goes to the server as one revision of one polygon. */
export function useElements(attempt: Attempt) {
  const [elements, setElements] = useState<Element[] | null>(null);
  const [lease, setLease] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [saving, setSaving] = useState<ElementSaving>({
    waiting: 0,
    offline: false,
    refused: null,
    saved: null,
  });
  const undone = useRef<Element[]>([]);
  const [undoable, setUndoable] = useState(0);
  const tail = useRef<Promise<void>>(Promise.resolve());
  const path = `/annotate/attempts/${attempt.id}`;

  const open = useCallback(
    async (take: boolean) => {
      try {
        const opened = await openAttempt(attempt.id, take).catch((reason) => {
          if (reason instanceof Problem && reason.status === 409) return null;
          throw reason;
        });
        setLease(opened?.lease ?? null);
        setElements(await get<Element[]>(`${path}/elements`));
        setSaving((now) => ({ ...now, refused: null }));
      } catch (reason) {
        setError(reason);
      }
    },
    [attempt.id, path],
  );
  useEffect(() => void open(false), [open]);

  const sendOne = useCallback(
    async (element: Element) => {
      const { element_id, revision, key, rings, deleted } = element;
      const body = { lease, revision, key, rings, deleted };
      for (;;) {
        try {
          await send("PUT", `${path}/elements/${element_id}`, body);
          setSaving((now) => ({
            ...now,
            waiting: now.waiting - 1,
            offline: false,
            saved: { count: (now.saved?.count ?? 0) + 1, at: new Date() },
          }));
          return;
        } catch (reason) {
          if (reason instanceof Problem && reason.status < 500) {
            setSaving((now) => ({ ...now, waiting: now.waiting - 1, refused: reason }));
            return;
          }
          setSaving((now) => ({ ...now, offline: true }));
          await new Promise((done) => setTimeout(done, AGAIN_MS));
        }
      }
    },
    [lease, path],
  );
  const put = useCallback(
    (element: Element) => {
      setElements((now) => [
        ...(now ?? []).filter((one) => one.element_id !== element.element_id),
        element,
      ]);
      setSaving((now) => ({ ...now, waiting: now.waiting + 1 }));
      tail.current = tail.current.then(() => sendOne(element));
    },
    [sendOne],
  );
  const change = useCallback(
    (element: Element) => {
      undone.current.push(element);
      setUndoable(undone.current.length);
      put(element);
    },
    [put],
  );
  const add = useCallback(
    (key: string, ring: [number, number][]) =>
      change({ element_id: uuid(), revision: 1, key, rings: [ring], deleted: false }),
    [change],
  );
  const remove = useCallback(
    (element: Element) => change({ ...element, revision: element.revision + 1, deleted: true }),
    [change],
  );
  /** Take the last change back by one more revision. */
  const undo = useCallback(() => {
    const last = undone.current.pop();
    setUndoable(undone.current.length);
    if (last) put({ ...last, revision: last.revision + 1, deleted: !last.deleted });
  }, [put]);
  const settled = useCallback(() => tail.current, []);
  const shown = (elements ?? []).filter((one) => !one.deleted);
  const ready = elements !== null;
  return { shown, ready, lease, error, saving, undoable, open, add, remove, undo, settled };
}

function uuid(): string {
  // Only HTTPS and loopback pages have `crypto.randomUUID`.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
