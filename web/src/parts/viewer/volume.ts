import { bytes } from "../../api";
import { presets } from "./window";

/** Where the voxels of a series lie, as the server says it. */
export interface VolumeHeader {
  shape: [number, number, number];
  spacing: [number, number, number];
  /** A 3x3 matrix row by row, LPS; its columns are the index axes x, y and z. */
  direction?: readonly number[];
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

/** The patient's sides at the left, right, top and bottom of a plane; none where axes lie across. */
export function sidesOf({ direction }: VolumeHeader, plane: Plane): string {
  const straight = [0, 1, 2].every((k) => {
    const own = Math.abs(direction?.[4 * k] ?? 0);
    return own > 0 && [0, 1, 2].every((row) => Math.abs(direction?.[3 * row + k] ?? 0) <= own);
  });
  if (!straight) return "";
  return { axial: "RLAP", coronal: "RLHF", sagittal: "APHF" }[plane];
}

/** Which index axes run against the picture: left to the right, back to the bottom, head up. */
export function turned({ direction }: VolumeHeader): { x: boolean; y: boolean; z: boolean } {
  // Index axis k runs along the patient's axis k: only then is a mirror all that is needed.
  const against = (k: number) => {
    const along = [0, 1, 2].map((row) => direction?.[3 * row + k] ?? (row === k ? 1 : 0));
    const own = along[k] ?? 1;
    return own < 0 && along.every((other) => Math.abs(other) <= Math.abs(own));
  };
  return { x: against(0), y: against(1), z: against(2) };
}

/** Index of a voxel from its place on a plane: the front, the head and the patient's right first. */
export function voxelAt(
  header: VolumeHeader,
  plane: Plane,
  index: number,
  column: number,
  row: number,
): number {
  const [z, y, x] = header.shape;
  const turn = turned(header);
  const across = (n: number) => (turn.x ? x - 1 - n : n);
  const back = (n: number) => (turn.y ? y - 1 - n : n);
  if (plane === "axial") return across(column) + x * (back(row) + y * index);
  const up = turn.z ? row : z - 1 - row;
  if (plane === "coronal") return across(column) + x * (index + y * up);
  return index + x * (back(column) + y * up);
}

/** Where to look: a slice of a stack, a box in its stored pixels, or one in level 0 of a slide. */
export interface Mark {
  slice?: number | null;
  /** Left, top, width and height. */
  box?: readonly number[] | null;
}

/** The part of a plane that a mark outlines: its box as it is shown, else the whole slice. */
export function outlined(header: VolumeHeader, plane: Plane, index: number, mark?: Mark) {
  if (!mark || plane !== "axial" || mark.slice !== index) return null;
  const [, height, width] = header.shape;
  const [left = 0, top = 0, wide = width, high = height] = mark.box ?? [];
  const turn = turned(header);
  const x = turn.x ? width - left - wide : left;
  const y = turn.y ? height - top - high : top;
  return { left: x, top: y, right: x + wide, bottom: y + high };
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
  // A NIfTI file has no window; the server's then spans all values, too wide for any organ in CT.
  const plain = header.modality === "CT" && !header.sop_uids?.length;
  const window = plain
    ? (presets.abdomen ?? null)
    : header.window && { centre: header.window.center, width: header.window.width };
  return new VoxelStore({ ...header, window }, (first) => bytes(`${base}/slab/${first}`));
}
