import type { Rect } from "./paint";
import { indexAt, indexOf, mmOf, type Triple } from "./space";
import { type Plane, planeOf, type VolumeHeader, type VoxelStore } from "./volume";

/** A second volume over the first: its colours by stored number, as `greyTable` gives greys. */
export interface Fused {
  store: VoxelStore;
  table: Uint32Array;
  opacity: number;
  /** Added to places of the first volume, mm, where both have no frame of reference in common. */
  offset: Triple;
  /** Rises as slabs arrive. */
  version: number;
}

/**
 * Blend a second volume over painted pixels, resampled in the plane, nearest voxel.
 *
 * Both grids are regular, so the place in the second moves by the same step from pixel to pixel.
 */
export function paintFused(
  pixels: Uint32Array,
  header: VolumeHeader,
  plane: Plane,
  index: number,
  fused: Fused,
  part: Rect,
): void {
  const { store, table, opacity, offset } = fused;
  const there = (column: number, row: number): Triple => {
    const mm = mmOf(header, indexAt(header, plane, index, column, row));
    return indexOf(store.header, [mm[0] + offset[0], mm[1] + offset[1], mm[2] + offset[2]]);
  };
  const { width } = planeOf(header, plane);
  const [depth, height, columns] = store.header.shape;
  const origin = there(0, 0);
  const right = minus(there(1, 0), origin);
  const down = minus(there(0, 1), origin);
  for (let row = part.top; row < part.bottom; row++) {
    let [x, y, z] = [0, 1, 2].map(
      (k) => (origin[k] ?? 0) + row * (down[k] ?? 0) + part.left * (right[k] ?? 0) + 0.5,
    ) as [number, number, number];
    let to = row * width + part.left;
    for (let column = part.left; column < part.right; column++, to++) {
      const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
      x += right[0];
      y += right[1];
      z += right[2];
      if (i < 0 || j < 0 || k < 0 || i >= columns || j >= height || k >= depth) continue;
      if (!store.loaded[k]) continue;
      const over = table[(store.voxels[i + columns * (j + height * k)] ?? 0) + 32768] ?? 0;
      pixels[to] = mixed(pixels[to] ?? 0, over, opacity);
    }
  }
}

function minus(a: Triple, b: Triple): Triple {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function mixed(under: number, over: number, share: number): number {
  const rest = 1 - share;
  const red = (under & 255) * rest + (over & 255) * share;
  const green = ((under >> 8) & 255) * rest + ((over >> 8) & 255) * share;
  const blue = ((under >> 16) & 255) * rest + ((over >> 16) & 255) * share;
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}
