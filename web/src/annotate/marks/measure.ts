import { countsOf, indexOf, type Triple } from "../../parts/viewer/space";
import { type VolumeHeader, type VoxelStore, voxelValue } from "../../parts/viewer/volume";
import type { Shape, Values } from "./mark";
import { cross, distance, dot, length, step } from "./vector";

// As the server has them: an edge through a voxel's centre takes it in; one plane shares an index.
const EDGE = 1e-6;
const FLAT = 0.01;
const AXES = [0, 1, 2] as const;

/** The plane of the image in which a mark lies: index axis x, y, z and number; null across them. */
export function planeOfShape(header: VolumeHeader, { points }: Shape) {
  const places = points.map((mm) => indexOf(header, mm));
  // The server looks at z first.
  for (const axis of [2, 1, 0] as const) {
    const along = places.map((place) => place[axis]);
    if (Math.max(...along) - Math.min(...along) > FLAT) continue;
    const mean = along.reduce((sum, n) => sum + n, 0) / along.length;
    return { axis, index: Math.round(mean) };
  }
  return null;
}

/** The numbers of a mark, by the server's arithmetic; null while its slices are on their way. */
export function measure(store: VoxelStore, shape: Shape): Values | null {
  const { kind, points } = shape;
  const [a, b, c, d] = points;
  if (kind === "ruler" && a && b) return { length_mm: rounded(distance(a, b)) };
  if (kind === "bidirectional" && a && b && c && d)
    return { long_mm: rounded(distance(a, b)), short_mm: rounded(distance(c, d)) };
  if (kind === "angle" && a && b && c) return { angle_deg: rounded(angle(a, b, c)) };
  if (kind === "point" && a) return value(store, a);
  if ((kind === "ellipse" || kind === "rectangle") && a && b) return statistics(store, shape);
  return {};
}

/** The angle at `vertex` in degrees. */
function angle(a: Triple, vertex: Triple, b: Triple): number {
  const [one, other] = [step(vertex, a), step(vertex, b)];
  return (Math.atan2(length(cross(one, other)), dot(one, other)) * 180) / Math.PI;
}

function value(store: VoxelStore, mm: Triple): Values | null {
  const counts = countsOf(store.header);
  const at = indexOf(store.header, mm);
  const near = (axis: 0 | 1 | 2) =>
    Math.min(counts[axis] - 1, Math.max(0, Math.floor(at[axis] + 0.5)));
  const found = shown(store, near(0), near(1), near(2));
  return found === null ? null : { value: rounded(found) };
}

function statistics(store: VoxelStore, shape: Shape): Values | null {
  const { header } = store;
  const plane = planeOfShape(header, shape);
  const [a, b] = shape.points.map((mm) => indexOf(header, mm));
  if (!plane || !a || !b) return {};
  const counts = countsOf(header);
  const low = AXES.map((axis) => Math.min(a[axis], b[axis]));
  const high = AXES.map((axis) => Math.max(a[axis], b[axis]));
  const range = (axis: 0 | 1 | 2): [number, number] =>
    axis === plane.axis
      ? [plane.index, plane.index]
      : [
          Math.max(0, Math.ceil((low[axis] ?? 0) - EDGE)),
          Math.min(counts[axis] - 1, Math.floor((high[axis] ?? 0) + EDGE)),
        ];
  const inside = (at: Triple) =>
    shape.kind === "rectangle" ||
    AXES.filter((axis) => axis !== plane.axis).reduce<number>((sum, axis) => {
      const [from, to] = [low[axis] ?? 0, high[axis] ?? 0];
      return sum + ((at[axis] - (from + to) / 2) / ((to - from) / 2)) ** 2;
    }, 0) <=
      1 + EDGE;
  const values: number[] = [];
  const [xs, ys, zs] = [range(0), range(1), range(2)];
  for (let z = zs[0]; z <= zs[1]; z++)
    for (let y = ys[0]; y <= ys[1]; y++)
      for (let x = xs[0]; x <= xs[1]; x++) {
        if (!inside([x, y, z])) continue;
        const found = shown(store, x, y, z);
        if (found === null) return null;
        values.push(found);
      }
  const steps = [header.spacing[2], header.spacing[1], header.spacing[0]] as const;
  const sides = AXES.filter((axis) => axis !== plane.axis).map(
    (axis) => ((high[axis] ?? 0) - (low[axis] ?? 0)) * steps[axis],
  );
  const box = (sides[0] ?? 0) * (sides[1] ?? 0);
  return summary(values, shape.kind === "ellipse" ? (box * Math.PI) / 4 : box);
}

/** The standard deviation is that of the region itself: over n, not n − 1. */
function summary(values: readonly number[], area: number): Values {
  const count = values.length;
  if (!count) return {};
  const mean = values.reduce((sum, n) => sum + n, 0) / count;
  const spread = values.reduce((sum, n) => sum + (n - mean) ** 2, 0) / count;
  return {
    mean: rounded(mean),
    sd: rounded(Math.sqrt(spread)),
    min: rounded(values.reduce((least, n) => Math.min(least, n), Number.POSITIVE_INFINITY)),
    max: rounded(values.reduce((most, n) => Math.max(most, n), Number.NEGATIVE_INFINITY)),
    voxels: count,
    area_mm2: rounded(area),
  };
}

function shown(store: VoxelStore, x: number, y: number, z: number): number | null {
  const [, height, width] = store.header.shape;
  if (!store.loaded[z]) return null;
  return voxelValue(store.header, store.voxels[x + width * (y + height * z)] ?? 0);
}

/** To 0.01, halves upwards, as the server rounds. */
function rounded(n: number): number {
  return Math.floor(n * 100 + 0.5) / 100;
}
