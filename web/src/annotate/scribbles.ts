import { apply, type Run, reversed } from "./runs";
import { SCRIBBLES } from "./tools/scribble";

/** Marks for the watershed: 1 belongs to the label, 2 does not. They are never saved. */
export class Scribbles {
  readonly marks: Uint8Array;
  private readonly strokes: Run[][] = [];

  constructor(voxels: number) {
    this.marks = new Uint8Array(voxels);
  }

  get empty(): boolean {
    return this.strokes.length === 0;
  }

  push(runs: Run[]): void {
    if (runs.length) this.strokes.push(runs);
  }

  /** Take the last one back. */
  back(): void {
    const last = this.strokes.pop();
    if (last) apply({ [SCRIBBLES]: this.marks }, reversed(last));
  }

  clear(): void {
    while (!this.empty) this.back();
  }

  /** All of them as stretches of voxels in order. */
  stretches(): { start: number; length: number; inside: boolean }[] {
    const voxels = new Set<number>();
    for (const { start, length } of this.strokes.flat())
      for (let voxel = start; voxel < start + length; voxel++) voxels.add(voxel);
    const found: { start: number; length: number; inside: boolean }[] = [];
    for (const voxel of [...voxels].sort((a, b) => a - b)) {
      const inside = this.marks[voxel] === 1;
      const last = found.at(-1);
      if (last && last.start + last.length === voxel && last.inside === inside) last.length++;
      else found.push({ start: voxel, length: 1, inside });
    }
    return found;
  }
}
