import type { Packed } from "./arrays";
import type { Box } from "./element";

export const CELL = 1024;
/** An element over more cells than this across or down stands in a list of its own. */
const MOST_CELLS = 4;
/** From here on an element is a shape even where cells are too small to look into. */
export const COARSE = 341;

/** Boxes of elements, and which of them lie in each cell of 1024 px of the slide. */
export class Grid {
  readonly boxes: Float32Array;
  readonly across: number;
  readonly down: number;
  /** Elements of a cell: `members` from `first[cell]` to `first[cell + 1]`. */
  readonly first: Uint32Array;
  readonly members: Uint32Array;
  readonly wide: number[] = [];
  /** Elements of 341 px and more, the largest first. */
  readonly coarse: number[] = [];
  /** Small elements of each class by the cell of their middle. */
  readonly density: Uint32Array;
  readonly crowded: number;

  constructor(
    private readonly packed: Packed,
    [width, height]: readonly [number, number],
  ) {
    this.across = Math.max(1, Math.ceil(width / CELL));
    this.down = Math.max(1, Math.ceil(height / CELL));
    this.boxes = boxesOf(packed);
    const cells = this.across * this.down;
    const counts = new Uint32Array(cells + 1);
    this.density = new Uint32Array(cells * packed.keys.length);
    for (let at = 0; at < packed.elements; at++) this.count(at, counts);
    for (let cell = 0; cell < cells; cell++) {
      counts[cell + 1] = (counts[cell + 1] as number) + (counts[cell] as number);
    }
    this.first = counts.slice();
    this.members = new Uint32Array(counts[cells] as number);
    for (let at = 0; at < packed.elements; at++) {
      if (this.isWide(at)) continue;
      this.eachCell(at, (cell) => {
        this.members[counts[cell] as number] = at;
        counts[cell] = (counts[cell] as number) + 1;
      });
    }
    this.coarse.sort((a, b) => this.side(b) - this.side(a));
    this.crowded = this.density.reduce((most, count) => Math.max(most, count), 1);
  }

  side(at: number): number {
    const b = this.boxes;
    return Math.max(
      (b[4 * at + 2] as number) - (b[4 * at] as number),
      (b[4 * at + 3] as number) - (b[4 * at + 1] as number),
    );
  }

  /** The cells that a box touches: columns and rows, both ends in. */
  cells([left, top, right, bottom]: Box): [number, number, number, number] {
    const clamp = (value: number, most: number) =>
      Math.min(most, Math.max(0, Math.floor(value / CELL)));
    return [
      clamp(left, this.across - 1),
      clamp(top, this.down - 1),
      clamp(right, this.across - 1),
      clamp(bottom, this.down - 1),
    ];
  }

  private boxAt(at: number): Box {
    const b = this.boxes;
    return [b[4 * at], b[4 * at + 1], b[4 * at + 2], b[4 * at + 3]] as unknown as Box;
  }

  private isWide(at: number): boolean {
    return this.side(at) > MOST_CELLS * CELL;
  }

  private eachCell(at: number, found: (cell: number) => void): void {
    const [x0, y0, x1, y1] = this.cells(this.boxAt(at));
    for (let y = y0; y <= y1; y++) for (let x = x0; x <= x1; x++) found(y * this.across + x);
  }

  private count(at: number, counts: Uint32Array): void {
    const side = this.side(at);
    if (side >= COARSE) this.coarse.push(at);
    else {
      const [left, top, right, bottom] = this.boxAt(at);
      const [x, y] = [(left + right) / 2, (top + bottom) / 2];
      const [column, row] = this.cells([x, y, x, y]);
      const slot = (row * this.across + column) * this.packed.keys.length;
      const key = slot + (this.packed.key[at] as number);
      this.density[key] = (this.density[key] as number) + 1;
    }
    if (this.isWide(at)) this.wide.push(at);
    // One further on, so that the sums that follow are where each cell begins.
    else this.eachCell(at, (cell) => (counts[cell + 1] = (counts[cell + 1] as number) + 1));
  }
}

function boxesOf({ elements, firstRing, firstVertex, xy }: Packed): Float32Array {
  const boxes = new Float32Array(elements * 4);
  for (let at = 0; at < elements; at++) {
    const ring = firstRing[at] as number;
    let left = Infinity;
    let top = Infinity;
    let right = -Infinity;
    let bottom = -Infinity;
    const end = firstVertex[ring + 1] as number;
    for (let i = firstVertex[ring] as number; i < end; i++) {
      const x = xy[2 * i] as number;
      const y = xy[2 * i + 1] as number;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
    boxes[4 * at] = left;
    boxes[4 * at + 1] = top;
    boxes[4 * at + 2] = right;
    boxes[4 * at + 3] = bottom;
  }
  return boxes;
}
