import { IconBrush } from "@tabler/icons-react";
import { axesOf } from "../../parts/viewer/axes";
import { type Rect, union } from "../../parts/viewer/paint";
import { type Plane, planeOf, type VolumeHeader, voxelAt } from "../../parts/viewer/volume";
import type { Stroke } from "../runs";
import { storedRange, strokeOn } from "./labels";
import type { Ground, Point, Spot, Tool, Work } from "./tool";

/** What a dab does to the voxels under it. */
export interface Dab {
  /** In mm. */
  radius: number;
  label: number;
  /** A sphere instead of a disc. */
  deep?: boolean;
  /** Only voxels whose stored number lies inside; what has not come yet does not. */
  only?: { voxels: Int16Array; low: number; high: number };
}

/** Draw a disc of `radius` mm, as an ellipse of voxels where the spacing differs, or a sphere. */
export function dab(
  stroke: Stroke,
  header: VolumeHeader,
  plane: Plane,
  index: number,
  centre: Point,
  how: Dab,
): void {
  if (!how.deep) {
    disc(stroke, header, plane, index, centre, how.radius, how);
    return;
  }
  const [dz, dy, dx] = header.spacing;
  const step = [dx, dy, dz][axesOf(header, plane).normal] as number;
  const { count } = planeOf(header, plane);
  const reach = Math.floor(how.radius / step);
  for (let by = Math.max(-reach, -index); by <= Math.min(reach, count - 1 - index); by++) {
    const radius = Math.sqrt(how.radius ** 2 - (by * step) ** 2);
    disc(stroke, header, plane, index + by, centre, radius, how);
  }
}

function disc(
  stroke: Stroke,
  header: VolumeHeader,
  plane: Plane,
  index: number,
  centre: Point,
  radius: number,
  { label, only }: Dab,
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
    const share = ry ? (row - centre.row) / ry : 0;
    const half = rx * Math.sqrt(Math.max(0, 1 - share * share));
    const left = Math.max(0, Math.ceil(centre.column - half));
    const right = Math.min(width - 1, Math.floor(centre.column + half));
    let voxel = origin + row * stepDown + left * stepRight;
    for (let column = left; column <= right; column++, voxel += stepRight) {
      if (only) {
        const value = only.voxels[voxel] as number;
        if (value < only.low || value > only.high) continue;
      }
      stroke.set(voxel, label);
    }
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
  how: Dab,
): void {
  const { stepX, stepY } = planeOf(header, plane);
  const length = Math.hypot((to.column - from.column) * stepX, (to.row - from.row) * stepY);
  const dabs = Math.max(1, Math.ceil(length / (how.radius / 2)));
  for (let i = 1; i <= dabs; i++) {
    const share = i / dabs;
    const place = {
      column: from.column + (to.column - from.column) * share,
      row: from.row + (to.row - from.row) * share,
    };
    dab(stroke, header, plane, index, place, how);
  }
}

// A pen that hardly touches still draws, and never more than its full radius.
const LEAST_PRESSURE = 0.2;

/** Draw with a round tip along the way of the pointer; a pen's pressure scales the radius. */
export function along(stroke: Stroke, ground: Ground, first: Spot, label: number): Work {
  const { store, settings } = ground;
  const { header } = store;
  const { plane, index } = first;
  const { stepX, stepY } = planeOf(header, plane);
  const only = settings.range ? { voxels: store.voxels, ...storedRange(ground) } : undefined;
  let last: Point = first;
  const to = (spot: Spot): Rect => {
    const radius = settings.radius * Math.max(LEAST_PRESSURE, spot.pressure);
    const how: Dab = { radius, label, deep: settings.deep, ...(only && { only }) };
    line(stroke, header, plane, index, last, spot, how);
    const part = union(around(last, radius), around(spot, radius));
    last = spot;
    return part;
  };
  const around = ({ column, row }: Point, radius: number): Rect => {
    // One pixel more on each side: an edge is drawn by what lies beside it.
    const [x, y] = [radius / stepX + 2, radius / stepY + 2];
    return {
      left: Math.floor(column - x),
      top: Math.floor(row - y),
      right: Math.ceil(column + x),
      bottom: Math.ceil(row + y),
    };
  };
  return {
    stroke,
    move: (spots, held) =>
      held ? spots.reduce<Rect | null>((part, spot) => union(part, to(spot)), null) : null,
    release: () => true,
  };
}

export const brush: Tool = {
  name: "brush",
  code: "KeyB",
  Icon: IconBrush,
  settings: ["radius", "deep", "range"],
  ring: true,
  begin: (ground, spot) => along(strokeOn(ground, false), ground, spot, ground.term.number),
};
