import { useCallback, useEffect, useRef, useState } from "react";
import { get, send } from "../api";
import { acquired } from "../parts/viewer/axes";
import type { Plane, VolumeHeader } from "../parts/viewer/volume";
import { Activity, type Stretch, slicesOf, stretches } from "./activity";

interface Progress {
  visited: Stretch[];
  active_s: number;
}

const EVERY_MS = 20_000;
const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel"] as const;

/** Slices seen and time at work, kept on the server; what is not sent yet is sent at the end. */
export function useProgress(attempt: string, lease: string | null, header: VolumeHeader) {
  const [seen, setSeen] = useState<ReadonlySet<number>>(new Set());
  const activity = useRef(new Activity(0));
  const state = useRef({ seen, sent: "" });
  state.current.seen = seen;
  const path = `/annotate/attempts/${attempt}/progress`;

  const keep = useCallback(async () => {
    if (!lease) return;
    const visited = stretches(state.current.seen);
    const body = { visited, active_s: activity.current.seconds };
    const said = JSON.stringify(body);
    if (said === state.current.sent) return;
    state.current.sent = said;
    // A lost report is made good by the next one: it says everything again.
    await send("PUT", path, { lease, ...body }).catch(() => {
      state.current.sent = "";
    });
  }, [lease, path]);
  useEffect(() => {
    let gone = false;
    get<Progress>(path)
      .then(({ visited, active_s }) => {
        if (gone) return;
        activity.current = new Activity(active_s + activity.current.seconds);
        setSeen((now) => new Set([...slicesOf(visited), ...now]));
      })
      .catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [path]);
  useEffect(() => {
    if (!lease) return;
    const sign = () => activity.current.touch(performance.now());
    const hide = () => {
      if (document.visibilityState === "visible") return sign();
      activity.current.leave(performance.now());
      void keep();
    };
    for (const one of SIGNS) addEventListener(one, sign, { passive: true });
    document.addEventListener("visibilitychange", hide);
    const timer = setInterval(() => void keep(), EVERY_MS);
    sign();
    return () => {
      for (const one of SIGNS) removeEventListener(one, sign);
      document.removeEventListener("visibilitychange", hide);
      clearInterval(timer);
      activity.current.leave(performance.now());
      void keep();
    };
  }, [lease, keep]);
  const look = useCallback(
    (plane: Plane, index: number) => {
      if (plane !== acquired(header)) return;
      setSeen((now) => (now.has(index) ? now : new Set(now).add(index)));
    },
    [header],
  );
  return { seen, look, keep, unseen: header.shape[0] - seen.size };
}
