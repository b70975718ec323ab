/** A change of voxels as runs: where it starts, how many, the label before and after. */
export interface Run {
  group: string;
  start: number;
  length: number;
  old: number;
  new: number;
}

/** One byte per voxel and group of labels that exclude each other. */
export type Canvas = Readonly<Record<string, Uint8Array>>;

/** Collect the changes of one stroke; a voxel touched twice keeps its first old label. */
export class Stroke {
  private readonly before = new Map<number, number>();

  constructor(
    private readonly labels: Uint8Array,
    readonly group: string,
    /** Only voxels with this label change; undefined is every voxel. */
    private readonly only?: number,
  ) {}

  set(voxel: number, label: number): void {
    const old = this.labels[voxel];
    if (old === undefined || old === label) return;
    if (this.only !== undefined && old !== this.only) return;
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
        found.push({ group: this.group, start: voxel, length: 1, old, new: now });
      }
    }
    return found;
  }
}

export function apply(canvas: Canvas, runs: readonly Run[]): void {
  for (const run of runs) canvas[run.group]?.fill(run.new, run.start, run.start + run.length);
}

/** Tell whether runs find what they change: they follow from what is drawn. */
export function follows(canvas: Canvas, runs: readonly Run[]): boolean {
  return runs.every((run) => {
    const labels = canvas[run.group];
    if (!labels || run.start + run.length > labels.length) return false;
    for (let i = run.start; i < run.start + run.length; i++)
      if (labels[i] !== run.old) return false;
    return true;
  });
}

export function reversed(runs: readonly Run[]): Run[] {
  return runs.map((run) => ({ ...run, old: run.new, new: run.old }));
}

/** The runs that lead from one state of a group to another. */
export function difference(group: string, before: Uint8Array, after: Uint8Array): Run[] {
  const found: Run[] = [];
  for (let i = 0; i < before.length; i++) {
    const old = before[i] as number;
    const now = after[i] as number;
    if (old === now) continue;
    const last = found.at(-1);
    if (last && last.start + last.length === i && last.old === old && last.new === now) {
      last.length++;
    } else {
      found.push({ group, start: i, length: 1, old, new: now });
    }
  }
  return found;
}

/** Unlimited undo and redo; an undo is a stroke of its own, so that the log only grows. */
export class History {
  private done: Run[][] = [];
  private undone: Run[][] = [];

  constructor(
    private readonly canvas: Canvas,
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
    this.adopt(runs);
    this.changed(runs);
  }

  /** Record a stroke that is drawn and saved already, such as a computing tool's. */
  adopt(runs: Run[]): void {
    if (!runs.length) return;
    this.done.push(runs);
    this.undone = [];
  }

  undo(): Run[] {
    const runs = this.done.pop();
    if (!runs) return [];
    const back = reversed(runs);
    apply(this.canvas, back);
    this.undone.push(runs);
    this.changed(back);
    return back;
  }

  redo(): Run[] {
    const runs = this.undone.pop();
    if (!runs) return [];
    apply(this.canvas, runs);
    this.done.push(runs);
    this.changed(runs);
    return runs;
  }
}
