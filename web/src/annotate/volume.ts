import { API, bytes } from "../api";
import { openSlabs, type VolumeHeader, VoxelStore } from "../parts/viewer/volume";
import type { TaskDetail } from "./types";

/** The volume of a task, by its own slabs: a reader sees the image only through the task. */
export function taskVolume(task: TaskDetail): VoxelStore {
  if (!task.image) throw new Error("the image of this task is not ready");
  const { window, ...rest } = task.image;
  const header: VolumeHeader = {
    ...rest,
    window: window && { centre: window[0], width: window[1] },
  };
  return new VoxelStore(header, (first) =>
    bytes(`${API}/annotate/tasks/${task.id}/slabs/${first / header.slab}`),
  );
}

/** One group of what is drawn, one byte per voxel. */
export async function readMask(path: string, group: string): Promise<Uint8Array> {
  return new Uint8Array(await bytes(`${API}${path}group=${encodeURIComponent(group)}`));
}

/** A series beside the image of a task, by its key within the task. */
export function contextVolume(task: string, key: string): Promise<VoxelStore> {
  const below = `${API}/annotate/tasks/${task}/context/${key}`;
  return openSlabs(`${below}/volume`, (first, slab) => `${below}/slabs/${first / slab}`);
}
