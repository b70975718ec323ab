import { axesOf, cosine } from "./axes";
import { type Plane, planeOf, type VolumeHeader } from "./volume";

/** Three numbers: the index (x, y, z) of a voxel with fractions, or a place in mm, LPS. */
export type Triple = readonly [number, number, number];

/** A place on a plane: its pixel with fractions, and how many slices from the shown one it lies. */
export interface OnPlane {
  column: number;
  row: number;
  depth: number;
}

/** The place in the patient, mm, of an index. */
export function mmOf(header: VolumeHeader, index: Triple): Triple {
  const steps = [header.spacing[2], header.spacing[1], header.spacing[0]] as const;
  const start = header.origin ?? [0, 0, 0];
  const along = (patient: number) =>
    (start[patient] ?? 0) +
    [0, 1, 2].reduce(
      (sum, axis) => sum + cosine(header, patient, axis) * (steps[axis] ?? 1) * (index[axis] ?? 0),
      0,
    );
  return [along(0), along(1), along(2)];
}

/** The index, with fractions, of a place in the patient: the axes stand square on each other. */
export function indexOf(header: VolumeHeader, mm: Triple): Triple {
  const steps = [header.spacing[2], header.spacing[1], header.spacing[0]] as const;
  const start = header.origin ?? [0, 0, 0];
  const along = (axis: number) =>
    [0, 1, 2].reduce(
      (sum, patient) =>
        sum + cosine(header, patient, axis) * ((mm[patient] ?? 0) - (start[patient] ?? 0)),
      0,
    ) / (steps[axis] ?? 1);
  return [along(0), along(1), along(2)];
}

/** Counts of voxels along the index axes x, y and z. */
export function countsOf({ shape: [z, y, x] }: VolumeHeader): Triple {
  return [x, y, z];
}

/** The index of a pixel of a plane, with fractions. */
export function indexAt(
  header: VolumeHeader,
  plane: Plane,
  slice: number,
  column: number,
  row: number,
): Triple {
  const { normal, across, down, turnAcross, turnDown } = axesOf(header, plane);
  const { width, height } = planeOf(header, plane);
  const found: [number, number, number] = [0, 0, 0];
  found[normal] = slice;
  found[across] = turnAcross ? width - 1 - column : column;
  found[down] = turnDown ? height - 1 - row : row;
  return found;
}

/** Where an index lies on a plane. */
export function onPlane(header: VolumeHeader, plane: Plane, slice: number, index: Triple): OnPlane {
  const { normal, across, down, turnAcross, turnDown } = axesOf(header, plane);
  const { width, height } = planeOf(header, plane);
  return {
    column: turnAcross ? width - 1 - index[across] : index[across],
    row: turnDown ? height - 1 - index[down] : index[down],
    depth: index[normal] - slice,
  };
}

/** The nearest voxel inside of a volume. */
export function inside(header: VolumeHeader, index: Triple): Triple {
  const counts = countsOf(header);
  const kept = (axis: 0 | 1 | 2) =>
    Math.min(counts[axis] - 1, Math.max(0, Math.round(index[axis])));
  return [kept(0), kept(1), kept(2)];
}

/** A plane of a volume. */
export interface Cut {
  header: VolumeHeader;
  plane: Plane;
  slice: number;
}

/** Where another cut crosses this one, as two ends in its pixels; null where it does not. */
export function crossing(here: Cut, there: Cut): readonly [OnPlane, OnPlane] | null {
  const { width, height } = planeOf(there.header, there.plane);
  const corner = (column: number, row: number) =>
    onPlane(
      here.header,
      here.plane,
      here.slice,
      indexOf(
        here.header,
        mmOf(there.header, indexAt(there.header, there.plane, there.slice, column, row)),
      ),
    );
  const corners = [
    corner(-0.5, -0.5),
    corner(width - 0.5, -0.5),
    corner(width - 0.5, height - 0.5),
    corner(-0.5, height - 0.5),
  ] as const;
  const ends: OnPlane[] = [];
  corners.forEach((a, at) => {
    const b = corners[(at + 1) % 4] as OnPlane;
    if (a.depth < 0 === b.depth < 0) return;
    const share = a.depth / (a.depth - b.depth);
    ends.push({
      column: a.column + share * (b.column - a.column),
      row: a.row + share * (b.row - a.row),
      depth: 0,
    });
  });
  const [first, last] = ends;
  return first && last ? [first, last] : null;
}
