import { type Rect, union } from "../parts/viewer/paint";
import { type Plane, planeOf, type VolumeHeader } from "../parts/viewer/volume";
import { type Canvas, type Run, Stroke } from "./runs";
import { line, type Point } from "./tools/brush";
import type { Term } from "./types";

/** One stroke of brush or eraser under way: where it draws, and what part it has changed. */
export class Drawing {
  readonly stroke: Stroke;
  private last: Point;
  private readonly label: number;

  constructor(
    canvas: Canvas,
    private readonly header: VolumeHeader,
    private readonly plane: Plane,
    private readonly index: number,
    from: Point,
    private readonly radius: number,
    term: Term,
    how: { erase: boolean; keepOthers: boolean },
  ) {
    const labels = canvas[term.group] ?? new Uint8Array(0);
    // The eraser takes away only the label that is chosen, never its neighbours.
    const only = how.erase ? term.number : how.keepOthers ? 0 : undefined;
    this.stroke = new Stroke(labels, term.group, only);
    this.label = how.erase ? 0 : term.number;
    this.last = from;
  }

  /** Draw on to a place and return the part of the plane that changed. */
  to(place: Point): Rect {
    const { header, plane, index, radius, label } = this;
    line(this.stroke, header, plane, index, this.last, place, radius, label);
    const part = union(this.around(this.last), this.around(place));
    this.last = place;
    return part;
  }

  private around({ column, row }: Point): Rect {
    const { stepX, stepY } = planeOf(this.header, this.plane);
    // One pixel more on each side: an edge is drawn by what lies beside it.
    const x = this.radius / stepX + 2;
    const y = this.radius / stepY + 2;
    return {
      left: Math.floor(column - x),
      top: Math.floor(row - y),
      right: Math.ceil(column + x),
      bottom: Math.ceil(row + y),
    };
  }
}

/** How many voxels each label has, kept up by runs instead of counting again. */
export class Counts {
  private readonly of = new Map<string, Float64Array>();

  constructor(canvas: Canvas) {
    for (const [group, labels] of Object.entries(canvas)) {
      const found = new Float64Array(256);
      for (let i = 0; i < labels.length; i++) {
        const label = labels[i] as number;
        found[label] = (found[label] as number) + 1;
      }
      this.of.set(group, found);
    }
  }

  add(runs: readonly Run[]): void {
    for (const run of runs) {
      const found = this.of.get(run.group);
      if (!found) continue;
      found[run.old] = (found[run.old] ?? 0) - run.length;
      found[run.new] = (found[run.new] ?? 0) + run.length;
    }
  }

  voxels(group: string, label: number): number {
    return this.of.get(group)?.[label] ?? 0;
  }
}
