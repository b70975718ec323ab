/** A change of voxels as runs: where it starts, how many, the label before and after. */
export interface Run {
  start: number;
  length: number;
  old: number;
  new: number;
}

/** Collect the changes of one stroke; a voxel touched twice keeps its first old label. */
export class Stroke {
  private readonly before = new Map<number, number>();

  constructor(private readonly labels: Uint8Array) {}

  set(voxel: number, label: number): void {
    const old = this.labels[voxel];
    if (old === undefined || old === label) return;
    if (!this.before.has(voxel)) this.before.set(voxel, old);
    this.labels[voxel] = label;
  }

  /** Return the stroke as runs in order; voxels that ended as they began are left out. */
  runs(): Run[] {
    const found: Run[] = [];
    const voxels = [...this.before.keys()].sort((a, b) => a - b);
    for (const voxel of voxels) {
      const old = this.before.get(voxel) as number;
      const now = this.labels[voxel] as number;
      if (old === now) continue;
      const last = found.at(-1);
      if (last && last.start + last.length === voxel && last.old === old && last.new === now) {
        last.length++;
      } else {
        found.push({ start: voxel, length: 1, old, new: now });
      }
    }
    return found;
  }
}

export function apply(labels: Uint8Array, runs: readonly Run[]): void {
  for (const run of runs) labels.fill(run.new, run.start, run.start + run.length);
}

export function reversed(runs: readonly Run[]): Run[] {
  return runs.map((run) => ({ ...run, old: run.new, new: run.old }));
}

/** Unlimited undo and redo; an undo is a stroke of its own, so that the log only grows. */
export class History {
  private done: Run[][] = [];
  private undone: Run[][] = [];

  constructor(
    private readonly labels: Uint8Array,
    private readonly changed: (runs: Run[]) => void,
  ) {}

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** Record a stroke that is already drawn; an empty one is no stroke. */
  push(runs: Run[]): void {
    if (!runs.length) return;
    this.done.push(runs);
    this.undone = [];
    this.changed(runs);
  }

  undo(): void {
    const runs = this.done.pop();
    if (!runs) return;
    const back = reversed(runs);
    apply(this.labels, back);
    this.undone.push(runs);
    this.changed(back);
  }

  redo(): void {
    const runs = this.undone.pop();
    if (!runs) return;
    apply(this.labels, runs);
    this.done.push(runs);
    this.changed(runs);
  }
}
