import { type RefObject, useCallback, useRef, useState } from "react";
import type { PictureHandle, Place } from "../parts/viewer/SliceViewer";
import type { VoxelStore } from "../parts/viewer/volume";
import { MOST_RUNS } from "./history";
import { apply, reversed } from "./runs";
import { Scribbles } from "./scribbles";
import { brush } from "./tools/brush";
import { PathUnderWay } from "./tools/PathPreview";
import type { Settings, Spot, Tool, Work } from "./tools/tool";
import type { Term } from "./types";
import type { Reading } from "./useReading";

const FIRST: Settings = {
  radius: 6,
  deep: false,
  range: null,
  tolerance: 30,
  subtract: false,
  keepOthers: true,
};
// A second press within this time and distance ends an outline.
const TWICE_MS = 350;
const TWICE_PIXELS = 4;

interface Desk {
  reading: Reading | null;
  store: VoxelStore;
  term: Term;
  locked: boolean;
  /** A pen's pressure scales what it draws. */
  pressure: boolean;
  picture: RefObject<PictureHandle | null>;
  changed: () => void;
}

/** One tool at a time: what the pointer does, and how it ends, is taken back or is saved. */
export function useDrawing({ reading, store, term, locked, pressure, picture, changed }: Desk) {
  const [tool, setTool] = useState<Tool | null>(brush);
  const [settings, setSettings] = useState(FIRST);
  const [refused, setRefused] = useState<Work["refused"] | null>(null);
  const [open, setOpen] = useState(false);
  const [scribbles, setScribbles] = useState<Scribbles | null>(null);
  const [under] = useState(() => new PathUnderWay());
  const work = useRef<Work | null>(null);
  const used = useRef<{ tool: Tool; scribbles: Scribbles | null } | null>(null);
  const held = useRef(false);
  const last = useRef<(Spot & { at: number }) | null>(null);

  const leave = useCallback(() => {
    work.current = null;
    held.current = false;
    last.current = null;
    under.show(null);
    setOpen(false);
  }, [under]);

  /** End the work under way and save what it drew. */
  const end = useCallback(() => {
    const now = work.current;
    if (!now || !reading || !used.current) return;
    now.end?.();
    const runs = now.stroke.runs();
    const { scribbles: marks } = used.current;
    leave();
    setRefused(now.refused ?? (runs.length > MOST_RUNS ? "too_large" : null));
    if (runs.length > MOST_RUNS) apply(reading.canvas, reversed(runs));
    else if (marks) marks.push(runs);
    else reading.history.push(runs);
    picture.current?.redraw(null);
    changed();
  }, [reading, picture, changed, leave]);

  /** Take back the work under way. */
  const cancel = useCallback(() => {
    const now = work.current;
    if (!now || !reading) return;
    const labels = used.current?.scribbles?.marks;
    const canvas = labels ? { [now.stroke.group]: labels } : reading.canvas;
    apply(canvas, reversed(now.stroke.runs()));
    leave();
    picture.current?.redraw(null);
  }, [reading, picture, leave]);

  const spotOf = (place: Place): Spot => ({
    ...place,
    pressure: pressure ? (place.pressure ?? 1) : 1,
  });
  const show = () => under.show(work.current?.path?.() ?? null);
  const down = (place: Place): boolean => {
    if (!tool || locked || !reading || reading.history.busy) return false;
    const spot = spotOf(place);
    const before = last.current;
    if (work.current && before && (before.plane !== spot.plane || before.index !== spot.index))
      cancel();
    held.current = true;
    last.current = { ...spot, at: performance.now() };
    if (work.current?.press) {
      if (before && twice(before, last.current)) end();
      else work.current.press(spot);
      show();
      return true;
    }
    const marks = tool.scribbles ? (scribbles ?? new Scribbles(store.voxels.length)) : null;
    if (marks && !scribbles) setScribbles(marks);
    used.current = { tool, scribbles: marks };
    const { canvas } = reading;
    const ground = { canvas, store, term, settings, scribbles: marks?.marks ?? NO_MARKS };
    work.current = tool.begin(ground, spot);
    picture.current?.redraw(work.current.move([spot], true));
    setOpen(Boolean(work.current.press));
    show();
    return true;
  };
  const move = (places: Place[]) => {
    const now = work.current;
    const here = last.current;
    if (!now || !here) return;
    const spots = places.map(spotOf);
    if (spots.some((spot) => spot.plane !== here.plane || spot.index !== here.index)) return;
    const part = now.move(spots, held.current);
    if (part) picture.current?.redraw(part);
    show();
  };
  const up = () => {
    held.current = false;
    if (work.current?.release()) end();
  };
  const back = () => {
    if (work.current?.back && !work.current.back()) cancel();
    show();
  };
  /** Whether what is under way, or a scribble, was what a step back meant. */
  const takeBack = (which: "undo" | "redo"): boolean => {
    if (work.current) {
      if (which === "undo") back();
      return true;
    }
    if (!tool?.scribbles || which === "redo" || !scribbles || scribbles.empty) return false;
    scribbles.back();
    picture.current?.redraw(null);
    return true;
  };
  /** What a computing tool is given beside the label. */
  const given = () => ({
    keep_others: settings.keepOthers,
    scribbles: scribbles?.stretches() ?? [],
  });
  const choose = (next: Tool | null) => {
    cancel();
    setRefused(null);
    setTool(next);
  };
  const set = (part: Partial<Settings>) => setSettings((now) => ({ ...now, ...part }));
  const scribbled = scribbles !== null && !scribbles.empty;
  const state = { tool, settings, refused, open, scribbles, scribbled, under };
  return { ...state, choose, set, down, move, up, end, cancel, back, takeBack, given };
}

export type Drawing = ReturnType<typeof useDrawing>;

const NO_MARKS = new Uint8Array(0);

function twice(before: Spot & { at: number }, now: Spot & { at: number }): boolean {
  const far = Math.hypot(before.column - now.column, before.row - now.row);
  return now.at - before.at < TWICE_MS && far < TWICE_PIXELS;
}
