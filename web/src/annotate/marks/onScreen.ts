import type { PaneFrame } from "../../parts/viewer/frame";
import { indexOf, type Triple } from "../../parts/viewer/space";
import type { Shape } from "./mark";

const HALF = 0.5;

/** A place in mm as CSS pixels of a pane; `depth` in slices from the shown one. */
export function onScreen(frame: PaneFrame, mm: Triple) {
  return frame.toScreen(indexOf(frame.header, mm));
}

/** What a pane shows of a mark: its lines where it lies in the slice, else dots at crossings. */
export function shownOf(
  frame: PaneFrame,
  shape: Shape,
  lines: readonly (readonly Triple[])[],
): { whole: boolean; lines: string[]; dots: { x: number; y: number }[] } {
  const ends = shape.points.map((mm) => onScreen(frame, mm));
  const whole = ends.every(({ depth }) => Math.abs(depth) <= HALF);
  if (whole && shape.kind === "point") return { whole, lines: [], dots: ends };
  if (whole) return { whole, lines: lines.map((line) => pathOf(frame, line)), dots: [] };
  const pairs =
    shape.kind === "bidirectional"
      ? [
          [0, 1],
          [2, 3],
        ]
      : [
          [0, 1],
          [1, 2],
        ];
  const dots = pairs.flatMap(([from = 0, to = 0]) => {
    const [a, b] = [ends[from], ends[to]];
    if (!a || !b || a.depth < 0 === b.depth < 0 || a.depth === b.depth) return [];
    const share = a.depth / (a.depth - b.depth);
    return [{ x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }];
  });
  return { whole, lines: [], dots };
}

function pathOf(frame: PaneFrame, line: readonly Triple[]): string {
  const places = line.map((mm) => onScreen(frame, mm));
  return places.map(({ x, y }, n) => `${n ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}
