import { type Plane, planeOf, type VolumeHeader, voxelAt } from "../../parts/viewer/volume";
import type { Stroke } from "../runs";

/** A place on a plane, in voxels with fractions. */
export interface Point {
  column: number;
  row: number;
}

/** Draw a disc of `radius` mm, as an ellipse of voxels where the spacing differs. */
export function dab(
  stroke: Stroke,
  header: VolumeHeader,
  plane: Plane,
  index: number,
  centre: Point,
  radius: number,
  label: number,
): void {
  const { width, height, stepX, stepY } = planeOf(header, plane);
  const rx = radius / stepX;
  const ry = radius / stepY;
  const origin = voxelAt(header, plane, index, 0, 0);
  const stepRight = voxelAt(header, plane, index, 1, 0) - origin;
  const stepDown = voxelAt(header, plane, index, 0, 1) - origin;
  const top = Math.max(0, Math.ceil(centre.row - ry));
  const bottom = Math.min(height - 1, Math.floor(centre.row + ry));
  for (let row = top; row <= bottom; row++) {
    const share = (row - centre.row) / ry;
    const half = rx * Math.sqrt(Math.max(0, 1 - share * share));
    const left = Math.max(0, Math.ceil(centre.column - half));
    const right = Math.min(width - 1, Math.floor(centre.column + half));
    let voxel = origin + row * stepDown + left * stepRight;
    for (let column = left; column <= right; column++, voxel += stepRight) stroke.set(voxel, label);
  }
}

/** Draw from one place to the next with a dab every half radius, so that fast moves leave no gap. */
export function line(
  stroke: Stroke,
  header: VolumeHeader,
  plane: Plane,
  index: number,
  from: Point,
  to: Point,
  radius: number,
  label: number,
): void {
  const { stepX, stepY } = planeOf(header, plane);
  const length = Math.hypot((to.column - from.column) * stepX, (to.row - from.row) * stepY);
  const dabs = Math.max(1, Math.ceil(length / (radius / 2)));
  for (let i = 1; i <= dabs; i++) {
    const share = i / dabs;
    const place = {
      column: from.column + (to.column - from.column) * share,
      row: from.row + (to.row - from.row) * share,
    };
    dab(stroke, header, plane, index, place, radius, label);
  }
}
