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

// Room for so many changes in one stroke beside the number of a voxel, within 53 bits.
const MOST_CHANGES = 2 ** 24;

/** Collect the changes of one stroke; a voxel touched twice keeps its first old label. */
export class Stroke {
  // Plain lists that only grow: a map of voxels would cost more than the drawing itself.
  private voxels = new Int32Array(1024);
  private before = new Uint8Array(1024);
  private many = 0;

  constructor(
    private readonly labels: Uint8Array,
    readonly group: string,
    /** Only voxels with this label change; undefined is every voxel. */
    private readonly only?: number,
  ) {}

  set(voxel: number, label: number): void {
    const old = this.labels[voxel];
    if (old === undefined || old === label || this.many === MOST_CHANGES) return;
    if (this.only !== undefined && old !== this.only) return;
    if (this.many === this.voxels.length) this.grow();
    this.voxels[this.many] = voxel;
    this.before[this.many++] = old;
    this.labels[voxel] = label;
  }

  /** Return the stroke as runs in order; voxels that ended as they began are left out. */
  runs(): Run[] {
    const found: Run[] = [];
    const order = Float64Array.from(
      { length: this.many },
      (_, at) => (this.voxels[at] as number) * MOST_CHANGES + at,
    ).sort();
    let before = -1;
    for (const key of order) {
      const voxel = Math.floor(key / MOST_CHANGES);
      if (voxel === before) continue;
      before = voxel;
      const old = this.before[key % MOST_CHANGES] as number;
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

  private grow(): void {
    const [voxels, before] = [this.voxels, this.before];
    this.voxels = new Int32Array(2 * voxels.length);
    this.before = new Uint8Array(2 * before.length);
    this.voxels.set(voxels);
    this.before.set(before);
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
