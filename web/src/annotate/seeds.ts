/** A piece of a scribble: `length` voxels from `start` in scan order. */
export interface Scribbled {
  start: number;
  length: number;
  inside: boolean;
}

/** As many as the server takes. */
const MOST = 100;

/** The points (z, y, x) that scribbles inside stand for: the middle of each piece, spread evenly. */
export function seedsOf(
  scribbles: readonly Scribbled[],
  [, height, width]: readonly [number, number, number],
): [number, number, number][] {
  const inside = scribbles.filter((piece) => piece.inside);
  const every = Math.max(1, Math.ceil(inside.length / MOST));
  return inside
    .filter((_, n) => n % every === 0)
    .map(({ start, length }) => {
      const voxel = start + Math.floor(length / 2);
      const x = voxel % width;
      const y = Math.floor(voxel / width) % height;
      return [Math.floor(voxel / (width * height)), y, x];
    });
}
