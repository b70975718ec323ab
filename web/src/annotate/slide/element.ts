import type { Vertex } from "../polygons";

export type Kind = "polygon" | "rectangle" | "point" | "ruler" | "annotated";
export type Ring = [number, number][];

/** One element of a slide: rings in pixels of level 0; `parent` is the region it lies in. */
export interface Element {
  element_id: string;
  revision: number;
  key: string;
  kind: Kind;
  parent: string | null;
  rings: Ring[];
  deleted: boolean;
}

export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Rulers measure and annotated boxes say where to count: neither finds anything. */
export const finds = (kind: Kind): boolean => kind !== "ruler" && kind !== "annotated";

/** Tell whether a kind encloses an area in which others may lie. */
export const encloses = (kind: Kind): boolean => kind === "polygon" || kind === "rectangle";

export function boxOf(rings: readonly (readonly Vertex[])[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of rings[0] ?? []) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return [left, top, right, bottom];
}

/** The closed ring of an upright box between two corners. */
export function boxRing([ax, ay]: Vertex, [bx, by]: Vertex): Ring {
  const [left, right] = [Math.min(ax, bx), Math.max(ax, bx)];
  const [top, bottom] = [Math.min(ay, by), Math.max(ay, by)];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
    [left, top],
  ];
}

/** A place as the server hands it back: inside the slide and exact in 32 bits. */
export function settled([x, y]: Vertex, [width, height]: Vertex): [number, number] {
  return [
    Math.fround(Math.min(width, Math.max(0, x))),
    Math.fround(Math.min(height, Math.max(0, y))),
  ];
}

export function newId(): string {
  // Only HTTPS and loopback pages have `crypto.randomUUID`.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
  return idOf(bytes);
}

export function idOf(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
