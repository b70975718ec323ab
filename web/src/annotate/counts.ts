import type { Canvas, Run } from "./runs";

/** How many voxels each label has, kept up by runs instead of counting again. */
export class Counts {
  private readonly of = new Map<string, Float64Array>();

  constructor(canvas: Canvas) {
    for (const [group, labels] of Object.entries(canvas)) {
      const found = new Float64Array(256);
      for (let i = 0; i < labels.length; i++) {
        const label = labels[i] as number;
        found[label] = (found[label] as number) + 1;
      }
      this.of.set(group, found);
    }
  }

  add(runs: readonly Run[]): void {
    for (const run of runs) {
      const found = this.of.get(run.group);
      if (!found) continue;
      found[run.old] = (found[run.old] ?? 0) - run.length;
      found[run.new] = (found[run.new] ?? 0) + run.length;
    }
  }

  voxels(group: string, label: number): number {
    return this.of.get(group)?.[label] ?? 0;
  }
}
