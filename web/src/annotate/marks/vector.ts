import type { Triple } from "../../parts/viewer/space";

/** The step from one place to another. */
export function step(a: Triple, b: Triple): Triple {
  return [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
}

/** A place moved by `share` of a step. */
export function along(a: Triple, way: Triple, share: number): Triple {
  return [a[0] + share * way[0], a[1] + share * way[1], a[2] + share * way[2]];
}

export function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Triple, b: Triple): Triple {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function length(a: Triple): number {
  return Math.hypot(...a);
}

export function distance(a: Triple, b: Triple): number {
  return length(step(a, b));
}
