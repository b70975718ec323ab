export type Vertex = readonly [number, number];

/** Tell whether a place lies inside of a closed ring (even–odd rule). */
export function inside(ring: readonly Vertex[], [x, y]: Vertex): boolean {
  let found = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] as Vertex;
    const [xj, yj] = ring[j] as Vertex;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) found = !found;
  }
  return found;
}

function turn(a: Vertex, b: Vertex, c: Vertex): number {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

/** Tell whether a closed ring crosses itself, as the server would refuse it. */
export function crossesItself(ring: readonly Vertex[]): boolean {
  const edges = ring.length - 1;
  for (let i = 0; i < edges; i++) {
    for (let j = i + 2; j < edges; j++) {
      if (i === 0 && j === edges - 1) continue;
      const [a, b] = [ring[i] as Vertex, ring[i + 1] as Vertex];
      const [c, d] = [ring[j] as Vertex, ring[j + 1] as Vertex];
      if (turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0) return true;
    }
  }
  return false;
}

/** Area in squared pixels by the shoelace formula. */
export function areaOf(ring: readonly Vertex[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [ax, ay] = ring[i] as Vertex;
    const [bx, by] = ring[i + 1] as Vertex;
    sum += ax * by - bx * ay;
  }
  return Math.abs(sum) / 2;
}

/**
 * Close clicked places to a ring inside the slide, without places nearer than `least` pixels.
 *
 * Null when fewer than three are left.
 */
export function closeRing(
  places: readonly Vertex[],
  least: number,
  [width, height]: Vertex,
): [number, number][] | null {
  const ring: [number, number][] = [];
  for (const [x, y] of places) {
    const last = ring.at(-1);
    if (last && Math.hypot(x - last[0], y - last[1]) < least) continue;
    ring.push([Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y))]);
  }
  const first = ring[0];
  const end = ring.at(-1);
  if (first && end && ring.length > 1 && Math.hypot(first[0] - end[0], first[1] - end[1]) < least) {
    ring.pop();
  }
  if (!first || ring.length < 3) return null;
  return [...ring, [first[0], first[1]]];
}
