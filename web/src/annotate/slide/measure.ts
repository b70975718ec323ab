import { areaOf, type Vertex } from "../polygons";
import { type Element, encloses } from "./element";

export function lengthOf(ring: readonly Vertex[]): number {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    const [a, b] = [ring[i - 1] as Vertex, ring[i] as Vertex];
    sum += Math.hypot(b[0] - a[0], b[1] - a[1]);
  }
  return sum;
}

/** Squared pixels of an element, its holes taken out. */
export function areaIn(rings: readonly (readonly Vertex[])[]): number {
  const [outer = [], ...holes] = rings;
  return areaOf(outer) - holes.reduce((sum, hole) => sum + areaOf(hole), 0);
}

/** An area in mm², below 0.01 mm² in µm²; in pixels where the slide has no scale. */
export function areaWords(pixels: number, mpp: number | null): string {
  if (!mpp) return `${pixels.toFixed(0)} px²`;
  const square = pixels * mpp * mpp;
  return square < 1e4 ? `${square.toFixed(1)} µm²` : `${(square / 1e6).toFixed(3)} mm²`;
}

/** A length in µm, from 1 mm on in mm; in pixels where the slide has no scale. */
export function lengthWords(pixels: number, mpp: number | null): string {
  if (!mpp) return `${pixels.toFixed(0)} px`;
  const long = pixels * mpp;
  return long < 1_000 ? `${long.toFixed(1)} µm` : `${(long / 1_000).toFixed(3)} mm`;
}

/** What an element measures: area and outline of a region, length of a ruler. */
export function measured({ kind, rings }: Element, mpp: number | null): string[] {
  if (kind === "point") return [];
  if (kind === "ruler") return [lengthWords(lengthOf(rings[0] ?? []), mpp)];
  const area = areaWords(areaIn(rings), mpp);
  return encloses(kind) ? [area, lengthWords(lengthOf(rings[0] ?? []), mpp)] : [area];
}
