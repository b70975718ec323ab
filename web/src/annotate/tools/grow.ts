import { IconDropletHalf2 } from "@tabler/icons-react";
import { axesOf } from "../../parts/viewer/axes";
import { voxelValue } from "../../parts/viewer/volume";
import { storedRange, strokeOn } from "./labels";
import type { Ground, Spot, Tool, Work } from "./tool";

/** More than this is no lesion, and no stroke that a browser should hold. */
export const MOST_VOXELS = 1_000_000;

/** The voxels that hang together with a place and whose values are like its own; null is too many. */
export function region(ground: Ground, spot: Spot): Int32Array | null {
  const { canvas, store, term, settings } = ground;
  const { header, voxels } = store;
  const labels = canvas[term.group] ?? new Uint8Array(0);
  const here = voxelValue(header, voxels[spot.voxel] ?? 0);
  const { tolerance, keepOthers, deep } = settings;
  const { low, high } = storedRange(ground, { low: here - tolerance, high: here + tolerance });
  const [z, y, x] = header.shape;
  const [counts, strides] = [
    [x, y, z],
    [1, x, x * y],
  ] as const;
  const across = ([0, 1, 2] as const).filter(
    (axis) => deep || axis !== axesOf(header, spot.plane).normal,
  );
  const seen = new Uint8Array(Math.ceil(voxels.length / 8));
  const found = new Int32Array(MOST_VOXELS);
  let many = 0;
  const visit = (voxel: number): boolean => {
    const value = voxels[voxel] as number;
    const label = labels[voxel] as number;
    const bit = 1 << (voxel & 7);
    if (value < low || value > high || (seen[voxel >> 3] as number) & bit) return true;
    if (keepOthers && label !== 0 && label !== term.number) return true;
    if (many === MOST_VOXELS) return false;
    seen[voxel >> 3] = (seen[voxel >> 3] as number) | bit;
    found[many++] = voxel;
    return true;
  };
  visit(spot.voxel);
  for (let next = 0; next < many; next++) {
    const voxel = found[next] as number;
    for (const axis of across) {
      const stride = strides[axis];
      const at = Math.floor(voxel / stride) % counts[axis];
      if (at > 0 && !visit(voxel - stride)) return null;
      if (at < counts[axis] - 1 && !visit(voxel + stride)) return null;
    }
  }
  return found.subarray(0, many);
}

export const grow: Tool = {
  name: "grow",
  code: "KeyG",
  Icon: IconDropletHalf2,
  settings: ["tolerance", "deep"],
  ring: false,
  begin: (ground, spot): Work => {
    const stroke = strokeOn(ground, false);
    const idle = { stroke, move: () => null, release: () => true };
    // A slice that has not come holds noughts, which look like water.
    if (ground.settings.deep && !ground.store.loaded.every(Boolean))
      return { ...idle, refused: "not_loaded" };
    const found = region(ground, spot);
    if (!found) return { ...idle, refused: "too_large" };
    for (const voxel of found) stroke.set(voxel, ground.term.number);
    return idle;
  },
};
