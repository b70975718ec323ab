import clipping, { type MultiPolygon, type Polygon } from "polygon-clipping";
import { areaOf, crossesItself, type Vertex } from "../polygons";
import { type Ring, settled } from "./element";
import { simplified } from "./trace";

const CORNERS = 24;

function disc([x, y]: Vertex, radius: number): Polygon {
  const ring: Ring = [];
  for (let i = 0; i < CORNERS; i++) {
    const turn = (2 * Math.PI * i) / CORNERS;
    ring.push([x + radius * Math.cos(turn), y + radius * Math.sin(turn)]);
  }
  return [[...ring, ring[0] as [number, number]]];
}

/** The ground that a disc covers on its way from one place to the next. */
function swept([ax, ay]: Vertex, [bx, by]: Vertex, radius: number): Polygon {
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const [nx, ny] = [(-(by - ay) / length) * radius, ((bx - ax) / length) * radius];
  const first: [number, number] = [ax + nx, ay + ny];
  return [[first, [bx + nx, by + ny], [bx - nx, by - ny], [ax - nx, ay - ny], first]];
}

/** A brush stroke as polygons; places nearer than an eighth of the radius to its line are left out. */
export function strokeOf(places: readonly Vertex[], radius: number): MultiPolygon {
  const path = simplified(places, radius / 8);
  const [first, ...rest] = path;
  if (!first) return [];
  const parts = rest.flatMap((place, at) => [
    swept(path[at] as Vertex, place, radius),
    disc(place, radius),
  ]);
  return clipping.union(disc(first, radius), ...parts);
}

export type Joined = { polygons: Ring[][] } | "crosses";

/**
 * Add polygons to the rings of an element, or take them away.
 *
 * Places are settled as the server keeps them, pieces under `least` squared pixels are dropped.
 */
export function joined(
  rings: readonly Ring[],
  other: MultiPolygon,
  how: "union" | "difference",
  size: Vertex,
  least: number,
): Joined {
  let found: MultiPolygon;
  try {
    found = rings.length ? clipping[how]([...rings] as Polygon, other) : other;
  } catch {
    // The library gives up on rare places that all but coincide.
    return "crosses";
  }
  const polygons = found.flatMap((polygon) => {
    const clean = polygon.map((ring) => settledRing(ring, size));
    const [outer, ...holes] = clean;
    if (!outer || outer.length < 4 || areaOf(outer) < least) return [];
    return [[outer, ...holes.filter((hole) => hole.length > 3 && areaOf(hole) >= least)]];
  });
  return polygons.some((polygon) => polygon.some(crossesItself)) ? "crosses" : { polygons };
}

function settledRing(ring: readonly Vertex[], size: Vertex): Ring {
  const clean: Ring = [];
  for (const vertex of ring) {
    const place = settled(vertex, size);
    const last = clean.at(-1);
    if (!last || last[0] !== place[0] || last[1] !== place[1]) clean.push(place);
  }
  return clean;
}
