import { bytes } from "../../api";
import { axesOf } from "./axes";
import { presets } from "./window";

/** Where the voxels of a series lie, as the server says it. */
export interface VolumeHeader {
  shape: [number, number, number];
  spacing: [number, number, number];
  /** A 3x3 matrix row by row, LPS; its columns are the index axes x, y and z. */
  direction?: readonly number[];
  /** The place in mm, LPS, of the centre of the first voxel. */
  origin?: readonly number[];
  /** Low values are bright, as MONOCHROME1 has it. */
  inverted?: boolean;
  /** Why only the acquired plane may be shown, such as a tilted stack. */
  only_acquired?: readonly string[];
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

// Two requests at a time keep the line busy without delaying what the reader turns to next.
const AT_ONCE = 2;
const AGAIN_MS = [500, 2_000];

/** Voxels of one series, (z, y, x), loaded slab by slab, those near the reader's slice first. */
export class VoxelStore {
  readonly voxels: Int16Array;
  readonly loaded: Uint8Array;
  /** The slice that is looked at: the next slab is the nearest one that is missing. */
  near: number;
  private waiting = new Map<number, Promise<void>>();
  private missing: number;

  constructor(
    readonly header: VolumeHeader,
    private readonly fetchSlab: (first: number) => Promise<ArrayBuffer>,
  ) {
    const [z, y, x] = header.shape;
    this.voxels = new Int16Array(z * y * x);
    this.loaded = new Uint8Array(z);
    this.near = Math.floor(z / 2);
    this.missing = Math.ceil(z / header.slab);
  }

  /** Whether every slice is here. */
  get complete(): boolean {
    return this.missing === 0;
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
        this.missing -= 1;
      })
      .finally(() => this.waiting.delete(first));
    this.waiting.set(first, work);
    return work;
  }

  /** Load everything, following where the reader looks, calling back after each slab. */
  async all(each: () => void, stop: AbortSignal): Promise<void> {
    const work = async () => {
      for (let next = this.next(); next !== null && !stop.aborted; next = this.next()) {
        await this.patiently(next, stop);
        if (!stop.aborted) each();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** A line that breaks for a moment does not end the loading. */
  private async patiently(slice: number, stop: AbortSignal): Promise<void> {
    for (const wait of AGAIN_MS) {
      try {
        return await this.need(slice);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, wait));
        if (stop.aborted) return;
      }
    }
    await this.need(slice);
  }

  private next(): number | null {
    const { slab, shape } = this.header;
    const firsts = nearestFirst(shape[0], slab, this.near);
    return firsts.find((first) => !this.loaded[first] && !this.waiting.has(first)) ?? null;
  }
}

/** First slices of the slabs, the slab of slice `near` first. */
export function nearestFirst(depth: number, slab: number, near: number): number[] {
  const firsts = Array.from({ length: Math.ceil(depth / slab) }, (_, i) => i * slab);
  const here = Math.floor(near / slab) * slab;
  return firsts.sort((a, b) => Math.abs(a - here) - Math.abs(b - here) || a - b);
}

/** Size of a plane in voxels and in mm: columns, rows, how many planes, steps. */
export function planeOf(header: VolumeHeader, plane: Plane) {
  const [z, y, x] = header.shape;
  const [dz, dy, dx] = header.spacing;
  const [counts, steps] = [[x, y, z] as const, [dx, dy, dz] as const];
  const { normal, across, down } = axesOf(header, plane);
  return {
    width: counts[across],
    height: counts[down],
    count: counts[normal],
    stepX: steps[across],
    stepY: steps[down],
  };
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
  const [counts, strides] = [[x, y, z] as const, [1, x, x * y] as const];
  const { normal, across, down, turnAcross, turnDown } = axesOf(header, plane);
  const right = turnAcross ? counts[across] - 1 - column : column;
  const below = turnDown ? counts[down] - 1 - row : row;
  return index * strides[normal] + right * strides[across] + below * strides[down];
}

/** Where to look: a slice of a stack, a box in its stored pixels, or one in level 0 of a slide. */
export interface Mark {
  slice?: number | null;
  /** Left, top, width and height. */
  box?: readonly number[] | null;
}

/** The part of a plane that a mark outlines: its box as it is shown, else the whole slice. */
export function outlined(header: VolumeHeader, plane: Plane, index: number, mark?: Mark) {
  const { normal, across, turnAcross, turnDown } = axesOf(header, plane);
  if (!mark || normal !== 2 || mark.slice !== index) return null;
  const [, rows, columns] = header.shape;
  const [left = 0, top = 0, wide = columns, high = rows] = mark.box ?? [];
  const stored = [
    { from: left, to: left + wide },
    { from: top, to: top + high },
  ] as const;
  // Of a stack that was not acquired upright rows and columns may be exchanged.
  const [x, y] = across === 0 ? stored : [stored[1], stored[0]];
  const [width, height] = across === 0 ? [columns, rows] : [rows, columns];
  return {
    left: turnAcross ? width - x.to : x.from,
    top: turnDown ? height - y.to : y.from,
    right: turnAcross ? width - x.from : x.to,
    bottom: turnDown ? height - y.from : y.to,
  };
}

/** Shown value of a voxel: HU for CT, the stored one where the series has no scale. */
export function shownValue(store: VoxelStore, voxel: number): number {
  const value = voxelValue(store.header, store.voxels[voxel] ?? 0);
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}

/** Open a series below a DICOMweb root: `{root}/series/{id}`. */
export function openVolume(base: string): Promise<VoxelStore> {
  return openSlabs(`${base}/volume`, (first) => `${base}/slab/${first}`);
}

/** Open a volume from the address of its header and those of its slabs. */
export async function openSlabs(
  header: string,
  slabAt: (first: number, slab: number) => string,
): Promise<VoxelStore> {
  const sent = JSON.parse(new TextDecoder().decode(await bytes(header))) as SentHeader;
  // A NIfTI file has no window; the server's then spans all values, too wide for any organ in CT.
  const plain = sent.modality === "CT" && !sent.sop_uids?.length;
  const window = plain
    ? (presets.abdomen ?? null)
    : sent.window && { centre: sent.window.center, width: sent.window.width };
  return new VoxelStore({ ...sent, window }, (first) => bytes(slabAt(first, sent.slab)));
}
