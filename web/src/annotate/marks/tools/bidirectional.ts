import { IconArrowsCross } from "@tabler/icons-react";
import type { Triple } from "../../../parts/viewer/space";
import { along, cross, distance, dot, length, step } from "../vector";
import type { Lie, MarkTool } from "./tool";

const FIRST_SHARE = 0.6;

/** The unit step in the shown plane that stands square on the long axis. */
function square(a: Triple, b: Triple, lie: Lie): Triple {
  const way = cross(cross(lie.across, lie.down), step(a, b));
  const size = length(way) || 1;
  return [way[0] / size, way[1] / size, way[2] / size];
}

/** The longest diameter and the longest one square on it (RECIST 1.1), kept square. */
export const bidirectional: MarkTool = {
  kind: "bidirectional",
  code: "KeyB",
  Icon: IconArrowsCross,
  clicks: 2,
  make: ([a, b], lie) => {
    if (!a || !b) return a ? [a] : [];
    const half = (distance(a, b) * FIRST_SHARE) / 2;
    const [middle, way] = [along(a, step(a, b), 0.5), square(a, b, lie)];
    return [a, b, along(middle, way, -half), along(middle, way, half)];
  },
  move: (points, n, to, lie) => {
    const [a, b, c, d] = points;
    if (!a || !b || !c || !d) return points;
    const next = n < 2 ? turned([a, b, c, d], n, to, lie) : slid([a, b, c, d], n, to, lie);
    return longestFirst(next);
  },
  lines: (points) => [points.slice(0, 2), points.slice(2)],
};

type Axes = readonly [Triple, Triple, Triple, Triple];

/** Move an end of the long axis; the short one turns with it and keeps its lengths. */
function turned([a, b, c, d]: Axes, n: number, to: Triple, lie: Lie): Axes {
  const long = step(a, b);
  const share = dot(step(a, c), long) / (dot(long, long) || 1);
  const foot = along(a, long, share);
  const [one, other] = [distance(foot, c), distance(foot, d)];
  const [from, end] = n === 0 ? [to, b] : [a, to];
  const [way, at] = [square(from, end, lie), along(from, step(from, end), share)];
  return [from, end, along(at, way, -one), along(at, way, other)];
}

/** Move an end of the short axis: along the long one it slides, away from it it grows. */
function slid([a, b, c, d]: Axes, n: number, to: Triple, lie: Lie): Axes {
  const long = step(a, b);
  const way = square(a, b, lie);
  const share = Math.min(1, Math.max(0, dot(step(a, to), long) / (dot(long, long) || 1)));
  const foot = along(a, long, share);
  const old = along(a, long, dot(step(a, c), long) / (dot(long, long) || 1));
  const reach = (end: Triple, from: Triple) => Math.abs(dot(step(from, end), way));
  const [one, other] =
    n === 2 ? [reach(to, foot), reach(d, old)] : [reach(c, old), reach(to, foot)];
  return [a, b, along(foot, way, -one), along(foot, way, other)];
}

/** What has become longer is the long axis. */
function longestFirst([a, b, c, d]: Axes): Axes {
  return distance(c, d) > distance(a, b) ? [c, d, a, b] : [a, b, c, d];
}
