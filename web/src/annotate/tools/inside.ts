import { planeOf, voxelAt } from "../../parts/viewer/volume";
import { storedRange, strokeOn } from "./labels";
import type { Ground, Path, Point } from "./tool";

/**
 * Call back for each row's stretches of pixels whose centres lie inside an outline.
 *
 * Even-odd: a part that the outline surrounds twice is outside again.
 */
export function inside(
  points: readonly Point[],
  width: number,
  height: number,
  each: (row: number, left: number, right: number) => void,
): void {
  const rows = points.map((point) => point.row);
  const first = Math.max(0, Math.ceil(Math.min(...rows)));
  const last = Math.min(height - 1, Math.floor(Math.max(...rows)));
  for (let row = first; row <= last; row++) {
    const crossings: number[] = [];
    points.forEach((a, at) => {
      const b = points[(at + 1) % points.length] as Point;
      if (a.row <= row === b.row <= row) return;
      crossings.push(a.column + ((row - a.row) / (b.row - a.row)) * (b.column - a.column));
    });
    crossings.sort((a, b) => a - b);
    for (let at = 0; at + 1 < crossings.length; at += 2) {
      const left = Math.max(0, Math.ceil(crossings[at] as number));
      const right = Math.min(width - 1, Math.floor(crossings[at + 1] as number));
      if (left <= right) each(row, left, right);
    }
  }
}

/** A stroke for what is outlined, and the function that fills or empties an outline in it. */
export function outlining(ground: Ground) {
  const { store, term, settings } = ground;
  const { header, voxels } = store;
  const stroke = strokeOn(ground, settings.subtract);
  const label = settings.subtract ? 0 : term.number;
  const fill = ({ plane, index, points }: Path) => {
    if (points.length < 3) return;
    const { width, height } = planeOf(header, plane);
    const { low, high } = storedRange(ground);
    inside(points, width, height, (row, left, right) => {
      for (let column = left; column <= right; column++) {
        const voxel = voxelAt(header, plane, index, column, row);
        const value = voxels[voxel] as number;
        if (value >= low && value <= high) stroke.set(voxel, label);
      }
    });
  };
  return { stroke, fill };
}
