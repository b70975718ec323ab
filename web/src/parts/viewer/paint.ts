import { type Plane, planeOf, type VolumeHeader, voxelAt } from "./volume";

/** Fill RGBA pixels of one plane from voxels by a grey table. */
export function paintGrey(
  pixels: Uint32Array,
  voxels: Int16Array,
  header: VolumeHeader,
  plane: Plane,
  index: number,
  grey: Uint32Array,
): void {
  const { width, height } = planeOf(header, plane);
  const step = voxelAt(header, plane, index, 1, 0) - voxelAt(header, plane, index, 0, 0);
  for (let row = 0; row < height; row++) {
    let from = voxelAt(header, plane, index, 0, row);
    let to = row * width;
    for (let column = 0; column < width; column++, from += step, to++) {
      pixels[to] = grey[(voxels[from] ?? 0) + 32768] ?? 0;
    }
  }
}

/** Blend the colours of labels over painted pixels: fill at `opacity`, edges solid. */
export function paintLabels(
  pixels: Uint32Array,
  labels: Uint8Array,
  header: VolumeHeader,
  plane: Plane,
  index: number,
  colours: readonly (readonly [number, number, number])[],
  opacity: number,
): void {
  const { width, height } = planeOf(header, plane);
  const at = (column: number, row: number) =>
    column < 0 || row < 0 || column >= width || row >= height
      ? 0
      : (labels[voxelAt(header, plane, index, column, row)] ?? 0);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const label = at(column, row);
      if (!label) continue;
      const colour = colours[label];
      if (!colour) continue;
      const edge =
        at(column - 1, row) !== label ||
        at(column + 1, row) !== label ||
        at(column, row - 1) !== label ||
        at(column, row + 1) !== label;
      const share = edge ? 1 : opacity;
      const place = row * width + column;
      const grey = (pixels[place] ?? 0) & 255;
      const mix = (part: number) => Math.round(grey * (1 - share) + part * share);
      pixels[place] = (255 << 24) | (mix(colour[2]) << 16) | (mix(colour[1]) << 8) | mix(colour[0]);
    }
  }
}
