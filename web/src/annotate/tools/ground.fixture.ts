import { VoxelStore } from "../../parts/viewer/volume";
import type { Term } from "../types";
import type { Ground, Settings, Spot } from "./tool";

export const SETTINGS: Settings = {
  radius: 3,
  deep: false,
  range: null,
  tolerance: 20,
  subtract: false,
  keepOthers: true,
};

/** A ground of 3 × 64 × 64 voxels with `value` at each, for the tests of the tools. */
export function groundOf(
  value: (z: number, y: number, x: number) => number,
  settings: Partial<Settings> = {},
): Ground & { labels: Uint8Array } {
  const store = new VoxelStore(
    {
      shape: [3, 64, 64],
      spacing: [3, 1, 1],
      modality: "CT",
      window: null,
      slab: 16,
      slope: 1,
      intercept: -1000,
    },
    async () => new ArrayBuffer(0),
  );
  store.voxels.forEach((_, at) => {
    const [z, y, x] = [Math.floor(at / 4096), Math.floor(at / 64) % 64, at % 64] as const;
    store.voxels[at] = value(z, y, x) + 1000;
  });
  store.loaded.fill(1);
  const labels = new Uint8Array(store.voxels.length);
  const scribbles = new Uint8Array(store.voxels.length);
  const term = { key: "liver", number: 1, group: "organs", geometry: "mask" } as Term;
  const canvas = { organs: labels };
  return { canvas, store, term, settings: { ...SETTINGS, ...settings }, scribbles, labels };
}

export function spot(column: number, row: number, index = 1): Spot {
  const voxel = index * 4096 + Math.round(row) * 64 + Math.round(column);
  return { plane: "axial", index, column, row, voxel, pressure: 1 };
}

export const count = (labels: Uint8Array, label = 1) =>
  labels.reduce((sum, one) => sum + (one === label ? 1 : 0), 0);
