import type { Icon } from "@tabler/icons-react";
import type { Triple } from "../../../parts/viewer/space";
import type { MarkKind } from "../mark";

/** Where a mark is drawn: mm along a row and down a column of the shown plane. */
export interface Lie {
  across: Triple;
  down: Triple;
}

/** A measuring tool: how many clicks it takes, what they make, and how its handles move. */
export interface MarkTool {
  kind: MarkKind;
  /** Its place on the keyboard, with Alt held, as `KeyboardEvent.code`. */
  code: string;
  Icon: Icon;
  clicks: number;
  /** The places of the mark from those clicked so far and the one under the pointer. */
  make: (clicked: readonly Triple[], lie: Lie) => readonly Triple[];
  /** The places when handle `n` is brought to `to`. */
  move: (points: readonly Triple[], n: number, to: Triple, lie: Lie) => readonly Triple[];
  /** The lines to draw, each a row of places. */
  lines: (points: readonly Triple[], lie: Lie) => readonly (readonly Triple[])[];
}

/** Bring one place elsewhere and leave the others. */
export function moved(points: readonly Triple[], n: number, to: Triple): readonly Triple[] {
  return points.map((point, at) => (at === n ? to : point));
}
