import { axesOf } from "./axes";
import { indexAt } from "./space";
import { type Plane, planeOf, type VolumeHeader, type VoxelStore, voxelAt } from "./volume";

/** A part of a plane in pixels; `right` and `bottom` lie just outside. */
export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export type Colour = readonly [number, number, number];

/** Labels that exclude each other, and how they are shown. */
export interface Layer {
  labels: Uint8Array;
  colours: readonly (Colour | undefined)[];
  opacity: number;
}

export function wholePlane(header: VolumeHeader, plane: Plane): Rect {
  const { width, height } = planeOf(header, plane);
  return { left: 0, top: 0, right: width, bottom: height };
}

/** The smallest part that holds both; null is nothing. */
export function union(a: Rect | null, b: Rect): Rect {
  if (!a) return b;
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** How the index of a voxel grows along a row and a column of a plane. */
function stepsOf(header: VolumeHeader, plane: Plane, index: number) {
  const origin = voxelAt(header, plane, index, 0, 0);
  return {
    origin,
    right: voxelAt(header, plane, index, 1, 0) - origin,
    down: voxelAt(header, plane, index, 0, 1) - origin,
  };
}

// What has not come yet is no tissue: it is drawn in a colour that no grey value has.
const WAITING = 0xff40_2820;

/** Fill RGBA pixels of one plane from voxels by a grey table. */
export function paintGrey(
  pixels: Uint32Array,
  store: VoxelStore,
  plane: Plane,
  index: number,
  grey: Uint32Array,
  part: Rect = wholePlane(store.header, plane),
): void {
  const { header, voxels } = store;
  const { width } = planeOf(header, plane);
  const { origin, right, down } = stepsOf(header, plane, index);
  const here = store.complete ? null : slicesOf(header, plane, index);
  for (let row = part.top; row < part.bottom; row++) {
    let from = origin + row * down + part.left * right;
    let to = row * width + part.left;
    for (let column = part.left; column < part.right; column++, from += right, to++) {
      const come = !here || store.loaded[here.first + row * here.down + column * here.right];
      pixels[to] = come ? (grey[(voxels[from] ?? 0) + 32768] ?? 0) : WAITING;
    }
  }
}

/** Which stored slice a pixel of a plane is of. */
function slicesOf(header: VolumeHeader, plane: Plane, index: number) {
  const { across, down, turnAcross, turnDown } = axesOf(header, plane);
  return {
    first: indexAt(header, plane, index, 0, 0)[2],
    right: across === 2 ? (turnAcross ? -1 : 1) : 0,
    down: down === 2 ? (turnDown ? -1 : 1) : 0,
  };
}

/** Blend the colours of labels over painted pixels: fill at `opacity`, edges solid. */
export function paintLabels(
  pixels: Uint32Array,
  layer: Layer,
  header: VolumeHeader,
  plane: Plane,
  index: number,
  part: Rect = wholePlane(header, plane),
): void {
  const { labels, colours, opacity } = layer;
  const { width, height } = planeOf(header, plane);
  const { origin, right, down } = stepsOf(header, plane, index);
  for (let row = part.top; row < part.bottom; row++) {
    let from = origin + row * down + part.left * right;
    let to = row * width + part.left;
    for (let column = part.left; column < part.right; column++, from += right, to++) {
      const label = labels[from];
      if (!label) continue;
      const colour = colours[label];
      if (!colour) continue;
      const edge =
        column === 0 ||
        row === 0 ||
        column === width - 1 ||
        row === height - 1 ||
        labels[from - right] !== label ||
        labels[from + right] !== label ||
        labels[from - down] !== label ||
        labels[from + down] !== label;
      const share = edge ? 1 : opacity;
      const under = (pixels[to] ?? 0) & 255;
      const rest = under * (1 - share);
      pixels[to] =
        (255 << 24) |
        ((rest + colour[2] * share) << 16) |
        ((rest + colour[1] * share) << 8) |
        (rest + colour[0] * share);
    }
  }
}
