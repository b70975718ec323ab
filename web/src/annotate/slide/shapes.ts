import { inside, type Vertex } from "../polygons";
import { elementAt, find, idAt, kindAt, type Packed, ringsAt } from "./arrays";
import { type Box, boxOf, type Element, encloses, finds, type Kind } from "./element";
import { Grid } from "./grid";

const meets = (a: Box, b: Box): boolean =>
  a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];

/** What is drawn on a slide: arrays as they came, and over them what changed since. */
export class Shapes {
  readonly grid: Grid;
  /** Elements of the arrays that were changed or deleted since. */
  readonly gone: Uint8Array;
  private readonly changed = new Map<string, Element>();
  private readonly boxes = new Map<string, Box>();
  private readonly amounts = new Map<string, number>();
  private readonly stamp: Uint32Array;
  private round = 0;

  constructor(
    readonly packed: Packed,
    size: Vertex,
  ) {
    this.grid = new Grid(packed, size);
    this.gone = new Uint8Array(packed.elements);
    this.stamp = new Uint32Array(packed.elements);
    for (let at = 0; at < packed.elements; at++) {
      this.tally(packed.keys[packed.key[at] as number] as string, kindAt(packed, at), 1);
    }
  }

  /** Elements that were drawn or changed here, in the order of their changes. */
  get loose(): Element[] {
    return [...this.changed.values()].filter((one) => !one.deleted);
  }

  get count(): number {
    const kept = this.gone.reduce((sum, gone) => sum - gone, this.packed.elements);
    return kept + this.loose.length;
  }

  /** How many elements find a class. */
  amount(key: string): number {
    return this.amounts.get(key) ?? 0;
  }

  get(id: string): Element | null {
    const one = this.changed.get(id);
    if (one) return one.deleted ? null : one;
    const at = find(this.packed, id);
    return at < 0 || this.gone[at] ? null : elementAt(this.packed, at);
  }

  /** The newest revision of an element, deleted or not; 0 for one that never was. */
  revision(id: string): number {
    const at = this.changed.get(id) ? -1 : find(this.packed, id);
    return this.changed.get(id)?.revision ?? this.packed.revision[at] ?? 0;
  }

  put(element: Element): void {
    const id = element.element_id;
    const before = this.get(id);
    if (before) this.tally(before.key, before.kind, -1);
    const at = find(this.packed, id);
    if (at >= 0) this.gone[at] = 1;
    this.changed.delete(id);
    this.changed.set(id, element);
    this.boxes.set(id, boxOf(element.rings));
    if (!element.deleted) this.tally(element.key, element.kind, 1);
  }

  /** The elements of the arrays in a part of the slide, each once. */
  eachIn(box: Box, found: (at: number) => void): void {
    this.round++;
    const { grid } = this;
    const [x0, y0, x1, y1] = grid.cells(box);
    const visit = (at: number) => {
      if (this.stamp[at] === this.round || this.gone[at]) return;
      this.stamp[at] = this.round;
      const b = grid.boxes;
      const apart =
        (b[4 * at] as number) > box[2] ||
        (b[4 * at + 2] as number) < box[0] ||
        (b[4 * at + 1] as number) > box[3] ||
        (b[4 * at + 3] as number) < box[1];
      if (!apart) found(at);
    };
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const cell = y * grid.across + x;
        const end = grid.first[cell + 1] as number;
        for (let i = grid.first[cell] as number; i < end; i++) visit(grid.members[i] as number);
      }
    }
    for (const at of grid.wide) visit(at);
  }

  /** All elements that meet a box, as such. */
  within(box: Box): Element[] {
    const found: Element[] = [];
    this.eachIn(box, (at) => found.push(elementAt(this.packed, at)));
    return [
      ...found,
      ...this.loose.filter((one) => meets(this.boxes.get(one.element_id) as Box, box)),
    ];
  }

  /** The smallest element at a place; `near` is how far beside a point or line still counts. */
  hit(place: Vertex, near: number, wanted: (kind: Kind) => boolean = () => true): Element | null {
    const box: Box = [place[0] - near, place[1] - near, place[0] + near, place[1] + near];
    let best: { size: number; element: () => Element } | null = null;
    const offer = (
      kind: Kind,
      size: number,
      rings: () => Element["rings"],
      made: () => Element,
    ) => {
      if (best && size >= best.size) return;
      if (wanted(kind) && touches(kind, rings(), place, near)) best = { size, element: made };
    };
    this.eachIn(box, (at) => {
      offer(
        kindAt(this.packed, at),
        this.grid.side(at),
        () => ringsAt(this.packed, at),
        () => elementAt(this.packed, at),
      );
    });
    for (const one of this.loose) {
      const its = this.boxes.get(one.element_id) as Box;
      if (!meets(its, box)) continue;
      const size = Math.max(its[2] - its[0], its[3] - its[1]);
      offer(
        one.kind,
        size,
        () => one.rings,
        () => one,
      );
    }
    return (best as { element: () => Element } | null)?.element() ?? null;
  }

  /** The region that encloses a ring: the smallest that holds all of it, but not itself. */
  parentOf(rings: Element["rings"], own: string): string | null {
    const ring = rings[0] ?? [];
    const [first] = ring;
    if (!first) return null;
    const [left, top, right, bottom] = boxOf(rings);
    const side = Math.max(right - left, bottom - top);
    let best: { side: number; id: string } | null = null;
    for (const one of this.within([first[0], first[1], first[0], first[1]])) {
      if (!encloses(one.kind) || one.element_id === own) continue;
      const its = boxOf(one.rings);
      const span = Math.max(its[2] - its[0], its[3] - its[1]);
      if (span <= side || (best && span >= best.side)) continue;
      if (ring.every((vertex) => inside(one.rings[0] ?? [], vertex))) {
        best = { side: span, id: one.element_id };
      }
    }
    return best?.id ?? null;
  }

  /** The last elements of the slide: those of the arrays first, then what was drawn since. */
  last(most: number): Element[] {
    const loose = this.loose.slice(-most);
    const found: Element[] = [];
    for (let at = this.packed.elements - 1; at >= 0 && found.length < most - loose.length; at--) {
      if (!this.gone[at]) found.unshift(elementAt(this.packed, at));
    }
    return [...found, ...loose];
  }

  /** The points of a class inside a box. */
  points(key: string, box: Box): Vertex[] {
    const found: Vertex[] = [];
    const { packed } = this;
    const number = packed.keys.indexOf(key);
    this.eachIn(box, (at) => {
      if (packed.key[at] !== number || kindAt(packed, at) !== "point") return;
      const vertex = 2 * (packed.firstVertex[packed.firstRing[at] as number] as number);
      found.push([packed.xy[vertex] as number, packed.xy[vertex + 1] as number]);
    });
    for (const one of this.loose) {
      const place = one.rings[0]?.[0];
      if (one.kind !== "point" || one.key !== key || !place) continue;
      if (meets([...place, ...place], box)) found.push(place);
    }
    return found;
  }

  idAt(at: number): string {
    return idAt(this.packed, at);
  }

  private tally(key: string, kind: Kind, by: number): void {
    if (finds(kind)) this.amounts.set(key, this.amount(key) + by);
  }
}

function touches(kind: Kind, rings: Element["rings"], place: Vertex, near: number): boolean {
  if (encloses(kind)) return rings.filter((ring) => inside(ring, place)).length % 2 === 1;
  const [ring] = rings as [Element["rings"][number]];
  if (kind === "point") return apart(ring[0] as Vertex, ring[0] as Vertex, place) <= near;
  return ring.some((vertex, at) => at > 0 && apart(ring[at - 1] as Vertex, vertex, place) <= near);
}

/** How far a place lies from a line between two others. */
export function apart([ax, ay]: Vertex, [bx, by]: Vertex, [x, y]: Vertex): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
