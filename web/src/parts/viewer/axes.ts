import type { Plane, VolumeHeader } from "./volume";

/** An index axis of a volume: x, y or z. */
export type Axis = 0 | 1 | 2;

/** How a plane is laid out: the axis it is cut along, those across and down, and which run back. */
export interface Axes {
  normal: Axis;
  across: Axis;
  down: Axis;
  turnAcross: boolean;
  turnDown: boolean;
}

const ORDERS: readonly (readonly [Axis, Axis, Axis])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];
const UPRIGHT = [1, 0, 0, 0, 1, 0, 0, 0, 1];
// The letters towards which the patient's axes x, y and z run, and from which they come.
const TOWARDS = ["L", "P", "H"];
const FROM = ["R", "A", "F"];
// A second letter where the axis leans more than about 20° that way.
const LEANS = 0.35;
const known = new WeakMap<VolumeHeader, Record<Plane, Axes>>();

/** The component along a patient's axis of the unit vector of an index axis. */
export function cosine(header: VolumeHeader, patient: number, axis: number): number {
  return (header.direction ?? UPRIGHT)[3 * patient + axis] ?? 0;
}

/** The index axis nearest to each of the patient's axes; each is taken once, however oblique. */
function nearest(header: VolumeHeader): readonly [Axis, Axis, Axis] {
  const lie = (order: readonly Axis[]) =>
    order.reduce<number>((sum, axis, patient) => sum + Math.abs(cosine(header, patient, axis)), 0);
  return ORDERS.reduce((best, order) => (lie(order) > lie(best) + 1e-6 ? order : best));
}

/** How a plane is shown: the patient's right on the left, the front or the head above. */
export function axesOf(header: VolumeHeader, plane: Plane): Axes {
  let all = known.get(header);
  if (!all) {
    const [x, y, z] = nearest(header);
    const turnX = cosine(header, 0, x) < 0;
    const turnY = cosine(header, 1, y) < 0;
    const turnZ = cosine(header, 2, z) > 0;
    all = {
      axial: { normal: z, across: x, down: y, turnAcross: turnX, turnDown: turnY },
      coronal: { normal: y, across: x, down: z, turnAcross: turnX, turnDown: turnZ },
      sagittal: { normal: x, across: y, down: z, turnAcross: turnY, turnDown: turnZ },
    };
    known.set(header, all);
  }
  return all[plane];
}

/** The plane in which the slices were acquired. */
export function acquired(header: VolumeHeader): Plane {
  const planes = ["axial", "coronal", "sagittal"] as const;
  return planes.find((plane) => axesOf(header, plane).normal === 2) ?? "axial";
}

/** The patient's sides at the left, right, top and bottom of a plane; none where nobody knows. */
export function sidesOf(header: VolumeHeader, plane: Plane): readonly string[] {
  if (!header.direction) return [];
  const { across, down, turnAcross, turnDown } = axesOf(header, plane);
  return [
    letters(header, across, turnAcross),
    letters(header, across, !turnAcross),
    letters(header, down, turnDown),
    letters(header, down, !turnDown),
  ];
}

/** The letters of the side at the end of an index axis, or at its start: L, or LP where it leans. */
function letters(header: VolumeHeader, axis: Axis, end: boolean): string {
  return [0, 1, 2]
    .map((patient) => ({ patient, part: cosine(header, patient, axis) * (end ? 1 : -1) }))
    .filter(({ part }) => Math.abs(part) > LEANS)
    .sort((a, b) => Math.abs(b.part) - Math.abs(a.part))
    .map(({ patient, part }) => (part > 0 ? TOWARDS : FROM)[patient])
    .join("");
}
