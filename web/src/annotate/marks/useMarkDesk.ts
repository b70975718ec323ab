import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from "react";
import { acquired } from "../../parts/viewer/axes";
import type { Place } from "../../parts/viewer/SliceCanvas";
import type { Plane, VoxelStore } from "../../parts/viewer/volume";
import { mirrored } from "../keys";
import { TOOLS } from "../tools";
import type { Term, Vocabulary } from "../types";
import type { Drawing } from "../useDrawing";
import { useMarking } from "./useMarking";
import { useMarks } from "./useMarks";

interface Desk {
  attempt: string;
  lease: string | null;
  store: VoxelStore;
  words: Vocabulary;
  drawing: Drawing;
}

/** Measuring at the desk: while a measuring tool is chosen the pointer is its, else the drawing's. */
export function useMarkDesk({ attempt, lease, store, words, drawing }: Desk) {
  const marks = useMarks(attempt, lease);
  const marking = useMarking(marks, store, words, lease === null);
  const [slice, setSlice] = useState(Math.floor(store.header.shape[0] / 2));
  const leave = useRef(marking.choose);
  leave.current = marking.choose;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another drawing tool ends measuring
  useEffect(() => leave.current(null), [drawing.tool]);
  const { tool } = marking;
  const down = (place: Place) => (tool ? marking.down(place) : drawing.down(place));
  const press = (event: KeyboardEvent): boolean => {
    const target = event.target as HTMLElement;
    if (target.closest("input:not([type=range]),textarea,select")) return false;
    const onButton = target.closest("button,a") !== null;
    if (onButton && (event.code === "Enter" || event.code === "Space")) return false;
    const { code, altKey, ctrlKey, metaKey, shiftKey } = event;
    const plain = !altKey && !ctrlKey && !metaKey && !shiftKey;
    // Its own key leads back to the drawing tool that was chosen before.
    const own = marking.left ? mirrored(code) : code;
    if (plain && TOOLS.some((one) => one.code === own)) marking.choose(null);
    return marking.press(event);
  };
  const look = useCallback(
    (plane: Plane, index: number) => {
      if (plane === acquired(store.header)) setSlice(index);
    },
    [store],
  );
  const count = (term: Term) => marks.marks.filter((mark) => mark.key === term.key).length;
  return {
    marks,
    marking,
    slice,
    look,
    count,
    press,
    down,
    move: tool ? marking.move : drawing.move,
    up: tool ? marking.up : drawing.up,
    measuring: tool !== null,
  };
}
