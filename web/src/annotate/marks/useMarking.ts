import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from "react";
import type { PaneFrame } from "../../parts/viewer/frame";
import type { Place } from "../../parts/viewer/SliceCanvas";
import { indexAt, mmOf, type Triple } from "../../parts/viewer/space";
import type { Elsewhere } from "../../parts/viewer/useSight";
import type { VoxelStore } from "../../parts/viewer/volume";
import { mirrored } from "../keys";
import { newId } from "../slide/element";
import type { Term, Vocabulary } from "../types";
import { useComfort } from "../useComfort";
import { lieOf } from "./lie";
import { freshMark, type Mark } from "./mark";
import { measure } from "./measure";
import { MARK_TOOLS, toolOf } from "./tools";
import type { MarkTool } from "./tools/tool";
import type { Marks } from "./useMarks";
import { distance } from "./vector";

// A press that is drawn further than this before it is let go sets two places at once.
const DRAG_MM = 2;
const FIRST_MM = 10;

/** What is being set: places clicked so far, and the one under the pointer, on one plane. */
export interface Draft {
  tool: MarkTool;
  key: string;
  clicked: readonly Triple[];
  hover: Triple | null;
  place: Place;
}

/** Tools that may measure a label: those it lists, else all of them. */
export function toolsFor(term: Term | undefined): readonly MarkTool[] {
  if (!term || term.question) return [];
  const listed = MARK_TOOLS.filter((tool) => term.measured_by.includes(tool.kind));
  return term.measured_by.length ? listed : MARK_TOOLS;
}

/** Setting marks with the pointer and the keyboard: one tool, one label, one mark selected. */
export function useMarking(marks: Marks, store: VoxelStore, words: Vocabulary, locked: boolean) {
  const { left } = useComfort().comfort;
  const measurable = useMemo(() => words.terms.filter((term) => !term.question), [words]);
  const first = measurable.find((term) => term.geometry === "measure") ?? measurable[0];
  const [tool, setTool] = useState<MarkTool | null>(null);
  const [key, setKey] = useState(first?.key ?? "");
  const [draft, setDraft] = useState<Draft | null>(null);
  const [selected, select] = useState<string | null>(null);
  const [goal, setGoal] = useState<Elsewhere>();
  const frame = useRef<PaneFrame | null>(null);
  const pressed = useRef<Triple | null>(null);
  const term = words.terms.find((one) => one.key === key);

  const finish = useCallback(
    (using: MarkTool, points: readonly Triple[]) => {
      const shape = { kind: using.kind, key, points };
      const mark = freshMark(newId(), shape, measure(store, shape) ?? {});
      marks.change(mark);
      select(mark.mark_id);
      setDraft(null);
    },
    [key, marks, store],
  );
  const add = (using: MarkTool, clicked: readonly Triple[], place: Place) => {
    if (clicked.length < using.clicks)
      return setDraft({ tool: using, key, clicked, hover: null, place });
    finish(using, using.make(clicked, lieOf(store.header, place.plane)));
  };
  const mmAt = ({ plane, index, column, row }: Place) =>
    mmOf(store.header, indexAt(store.header, plane, index, column, row));
  const down = (place: Place): boolean => {
    if (!tool || locked || !term) return false;
    const here = draft?.place.plane === place.plane && draft.place.index === place.index;
    pressed.current = mmAt(place);
    add(tool, [...(here ? draft.clicked : []), pressed.current], place);
    return true;
  };
  const move = (places: readonly Place[]): void => {
    const last = places[places.length - 1];
    if (!draft || last?.plane !== draft.place.plane || last.index !== draft.place.index) return;
    setDraft({ ...draft, hover: mmAt(last) });
  };
  const up = (): void => {
    const from = pressed.current;
    pressed.current = null;
    if (!draft?.hover || !from || distance(from, draft.hover) < DRAG_MM) return;
    add(draft.tool, [...draft.clicked, draft.hover], draft.place);
  };
  /** Set a mark of 20 mm in the middle of the picture, for whoever has no pointer. */
  const middle = () => {
    const now = frame.current;
    if (!tool || !now || locked) return;
    const at = mmOf(store.header, now.toVoxel(now.width / 2, now.height / 2));
    const { across, down: below } = lieOf(store.header, now.plane);
    const off = ([x, y]: readonly [number, number]): Triple =>
      [0, 1, 2].map(
        (n) => (at[n] ?? 0) + x * (across[n] ?? 0) + y * (below[n] ?? 0),
      ) as unknown as Triple;
    const corners = [off([-FIRST_MM, 0]), off([FIRST_MM, FIRST_MM]), off([FIRST_MM, -FIRST_MM])];
    const clicked = tool.clicks === 1 ? [at] : corners.slice(0, tool.clicks);
    finish(tool, tool.make(clicked, { across, down: below }));
  };
  const choose = (next: MarkTool | null) => {
    setTool(next);
    setDraft(null);
  };
  /** The label to be measured; its tool is the first that may measure it. */
  const chooseTerm = (next: string) => {
    setKey(next);
    const allowed = toolsFor(words.terms.find((one) => one.key === next));
    if (!tool || !allowed.includes(tool)) choose(allowed[0] ?? null);
  };
  const remove = (mark: Mark) => {
    marks.change({ ...mark, deleted: true });
    if (selected === mark.mark_id) select(null);
  };
  const jump = (mark: Mark) => {
    select(mark.mark_id);
    const at = mark.points[0];
    if (at) setGoal((now) => ({ mm: at, turn: (now?.turn ?? 0) + 1 }));
  };
  /** True when the key was one of the marks'. */
  const press = (event: KeyboardEvent): boolean => {
    const { code, altKey, nativeEvent } = event;
    if (nativeEvent.isComposing || locked) return false;
    const own = left ? mirrored(code) : code;
    const found = altKey ? toolsFor(term).find((one) => one.code === own) : undefined;
    const mark = marks.marks.find((one) => one.mark_id === selected);
    if (found) choose(found);
    else if (tool && code === "Escape") draft ? setDraft(null) : choose(null);
    else if (tool && code === "Enter") middle();
    else if (mark && code === "Delete") remove(mark);
    else if (tool && (event.ctrlKey || event.metaKey) && code === "KeyZ")
      event.shiftKey ? marks.redo() : marks.undo();
    else if (tool && (event.ctrlKey || event.metaKey) && code === "KeyY") marks.redo();
    else return false;
    event.preventDefault();
    return true;
  };
  const reshape = (mark: Mark, points: readonly Triple[]) => {
    const shape = { kind: mark.kind, key: mark.key, points };
    marks.change({ ...mark, points, values: measure(store, shape) ?? mark.values });
  };
  const state = { tool, key, term, draft, selected, goal, frame, locked, left };
  const acts = { choose, chooseTerm, down, move, up, press, select, jump, remove, reshape };
  return { ...state, ...acts, toolOf };
}

export type Marking = ReturnType<typeof useMarking>;
