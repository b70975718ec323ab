import { bytes } from "../../api";

/** Where the voxels of a series lie, as the server says it. */
export interface VolumeHeader {
  shape: [number, number, number];
  spacing: [number, number, number];
  modality: string;
  window: { centre: number; width: number } | null;
  slab: number;
  /** A stored number times `slope` plus `intercept` is the value in `unit`. */
  slope: number;
  intercept: number;
  unit?: string | null;
  sop_uids?: string[];
}

/** The header as it crosses the wire: DICOM spells the window's centre its own way. */
interface SentHeader extends Omit<VolumeHeader, "window"> {
  window: { center: number; width: number } | null;
}

/** The value that stands behind a stored number. */
export function voxelValue(header: VolumeHeader, stored: number): number {
  return stored * header.slope + header.intercept;
}

export const PLANES = ["axial", "coronal", "sagittal"] as const;
export type Plane = (typeof PLANES)[number];

/** Voxels of one series, (z, y, x), loaded slab by slab with the middle first. */
export class VoxelStore {
  readonly voxels: Int16Array;
  readonly loaded: Uint8Array;
  private waiting = new Map<number, Promise<void>>();

  constructor(
    readonly header: VolumeHeader,
    private readonly fetchSlab: (first: number) => Promise<ArrayBuffer>,
  ) {
    const [z, y, x] = header.shape;
    this.voxels = new Int16Array(z * y * x);
    this.loaded = new Uint8Array(z);
  }

  /** Load the slab that holds a slice; a slab under way is not asked for twice. */
  need(slice: number): Promise<void> {
    const [depth, height, width] = this.header.shape;
    const first = Math.floor(slice / this.header.slab) * this.header.slab;
    if (this.loaded[slice]) return Promise.resolve();
    const under = this.waiting.get(first);
    if (under) return under;
    const work = this.fetchSlab(first)
      .then((buffer) => {
        this.voxels.set(new Int16Array(buffer), first * height * width);
        this.loaded.fill(1, first, Math.min(depth, first + this.header.slab));
      })
      .finally(() => this.waiting.delete(first));
    this.waiting.set(first, work);
    return work;
  }

  /** Load everything, from the middle outwards, calling back after each slab. */
  async all(each: () => void, stop: AbortSignal): Promise<void> {
    for (const first of fromTheMiddle(this.header.shape[0], this.header.slab)) {
      if (stop.aborted) return;
      await this.need(first);
      each();
    }
  }
}

/** First slices of the slabs, the middle slab first. */
export function fromTheMiddle(depth: number, slab: number): number[] {
  const firsts = Array.from({ length: Math.ceil(depth / slab) }, (_, i) => i * slab);
  const middle = Math.floor(depth / 2 / slab) * slab;
  return firsts.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle) || a - b);
}

/** Size of a plane in voxels and in mm: columns, rows, how many planes, steps. */
export function planeOf(header: VolumeHeader, plane: Plane) {
  const [z, y, x] = header.shape;
  const [dz, dy, dx] = header.spacing;
  if (plane === "axial") return { width: x, height: y, count: z, stepX: dx, stepY: dy };
  if (plane === "coronal") return { width: x, height: z, count: y, stepX: dx, stepY: dz };
  return { width: y, height: z, count: x, stepX: dy, stepY: dz };
}

/** Index of a voxel from its place on a plane; coronal and sagittal show the head up. */
export function voxelAt(
  header: VolumeHeader,
  plane: Plane,
  index: number,
  column: number,
  row: number,
): number {
  const [z, y, x] = header.shape;
  if (plane === "axial") return column + x * (row + y * index);
  const up = z - 1 - row;
  if (plane === "coronal") return column + x * (index + y * up);
  return index + x * (column + y * up);
}

/** Shown value of a voxel: HU for CT, the stored one where the series has no scale. */
export function shownValue(store: VoxelStore, voxel: number): number {
  const value = voxelValue(store.header, store.voxels[voxel] ?? 0);
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}

/** Open a series below a DICOMweb root: `{root}/series/{id}`. */
export async function openVolume(base: string): Promise<VoxelStore> {
  const text = new TextDecoder().decode(await bytes(`${base}/volume`));
  const header = JSON.parse(text) as SentHeader;
  const window = header.window && { centre: header.window.center, width: header.window.width };
  return new VoxelStore({ ...header, window }, (first) => bytes(`${base}/slab/${first}`));
}
