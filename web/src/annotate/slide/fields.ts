import type { Vertex } from "../polygons";
import type { Box } from "./element";

/** Fields of view in use, mm²: by the diameter of the eyepiece's circle, or one square mm. */
export const FIELD_MM2 = [0.152, 0.159, 0.196, 0.237, 0.283, 1] as const;

export interface Grid {
  columns: number;
  rows: number;
  /** Side of a field in pixels of the slide. */
  side: number;
}

/** The side of a square field in pixels of the slide. */
export const sideOf = (mm2: number, mpp: number): number => (Math.sqrt(mm2) * 1000) / mpp;

/** The fields that a box holds when whole ones fill it; else it is one field of its own. */
export function fieldsOf([left, top, right, bottom]: Box, side: number): Grid | null {
  const [columns, rows] = [Math.round((right - left) / side), Math.round((bottom - top) / side)];
  const whole = (length: number, n: number) => n > 0 && Math.abs(length / side - n) < 0.01;
  if (!whole(right - left, columns) || !whole(bottom - top, rows)) return null;
  return { columns, rows, side };
}

/** How many places lie in each field, row by row. */
export function countIn(places: readonly Vertex[], box: Box, grid: Grid): number[] {
  const counts = new Array<number>(grid.columns * grid.rows).fill(0);
  for (const [x, y] of places) {
    const column = Math.min(grid.columns - 1, Math.floor((x - box[0]) / grid.side));
    const row = Math.min(grid.rows - 1, Math.floor((y - box[1]) / grid.side));
    const at = row * grid.columns + column;
    if (at in counts) counts[at] = (counts[at] as number) + 1;
  }
  return counts;
}
