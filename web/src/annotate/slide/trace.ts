import { areaOf, type Vertex } from "../polygons";
import { apart } from "./shapes";

/** Leave out vertices that lie within `slack` of the line without them (Douglas and Peucker). */
export function simplified(line: readonly Vertex[], slack: number): Vertex[] {
  if (line.length < 3) return [...line];
  const kept = new Uint8Array(line.length);
  kept[0] = kept[line.length - 1] = 1;
  const spans: [number, number][] = [[0, line.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    let far = 0;
    let at = -1;
    for (let i = from + 1; i < to; i++) {
      const off = apart(line[from] as Vertex, line[to] as Vertex, line[i] as Vertex);
      if (off > far) {
        far = off;
        at = i;
      }
    }
    if (far <= slack) continue;
    kept[at] = 1;
    spans.push([from, at], [at, to]);
  }
  return line.filter((_, i) => kept[i]);
}

/** The same for a closed ring: its first vertex is no end that must stay. */
export function simplifiedRing(ring: readonly Vertex[], slack: number): Vertex[] {
  const [first] = ring as [Vertex];
  let far = 0;
  ring.forEach(([x, y], at) => {
    const best = ring[far] as Vertex;
    const off = Math.hypot(x - first[0], y - first[1]);
    if (off > Math.hypot(best[0] - first[0], best[1] - first[1])) far = at;
  });
  const there = simplified(ring.slice(0, far + 1), slack);
  return [...there, ...simplified(ring.slice(far), slack).slice(1)];
}

const STEPS: readonly Vertex[] = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
];

/**
 * The closed rings around the set pixels of a mask, outer ones clockwise, holes the other way.
 *
 * Pixels that touch at a corner alone are apart.
 */
export function ringsOf(mask: Uint8Array, width: number, height: number): Vertex[][] {
  const across = width + 1;
  const edges = new Uint8Array(across * (height + 1));
  const set = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] === 1;
  const mark = (x: number, y: number, way: number) => {
    edges[y * across + x] = (edges[y * across + x] as number) | (1 << way);
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!set(x, y)) continue;
      if (!set(x, y - 1)) mark(x, y, 0);
      if (!set(x + 1, y)) mark(x + 1, y, 1);
      if (!set(x, y + 1)) mark(x + 1, y + 1, 2);
      if (!set(x - 1, y)) mark(x, y + 1, 3);
    }
  }
  const rings: Vertex[][] = [];
  for (let corner = 0; corner < edges.length; corner++) {
    while (edges[corner]) rings.push(followed(edges, across, corner));
  }
  return rings;
}

function followed(edges: Uint8Array, across: number, corner: number): Vertex[] {
  const start: Vertex = [corner % across, Math.floor(corner / across)];
  const ring: Vertex[] = [];
  let way = [0, 1, 2, 3].find((one) => (edges[corner] as number) & (1 << one)) as number;
  let before = -1;
  let [x, y] = start;
  do {
    const at = y * across + x;
    edges[at] = (edges[at] as number) & ~(1 << way);
    if (way !== before) ring.push([x, y]);
    before = way;
    const [dx, dy] = STEPS[way] as Vertex;
    x += dx;
    y += dy;
    const here = edges[y * across + x] as number;
    // Right before straight before left: pixels that touch at a corner stay apart.
    way = [1, 0, 3].map((turn) => (before + turn) % 4).find((one) => here & (1 << one)) ?? way;
  } while (x !== start[0] || y !== start[1]);
  return [...ring, start];
}

/** Rings in the order of a polygon: the largest first, then its holes. */
export function outerFirst(rings: readonly Vertex[][]): Vertex[][] {
  return [...rings].sort((a, b) => areaOf(b) - areaOf(a));
}
