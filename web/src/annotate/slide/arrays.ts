import { type Element, idOf, type Kind, type Ring } from "./element";

/** The elements of an attempt as the server sends them: views on its bytes, nothing is parsed. */
export interface Packed {
  elements: number;
  keys: string[];
  kinds: Kind[];
  /** 16 bytes each, in rising order. */
  ids: Uint8Array;
  revision: Uint32Array;
  key: Uint32Array;
  kind: Uint32Array;
  /** The place of the region it lies in, −1 for none. */
  parent: Int32Array;
  /** First ring of each element, first vertex of each ring; one past the last at the end. */
  firstRing: Uint32Array;
  firstVertex: Uint32Array;
  xy: Float32Array;
}

export function readArrays(buffer: ArrayBuffer): Packed {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as {
    keys: string[];
    kinds: Kind[];
    elements: number;
    rings: number;
    points: number;
  };
  const { keys, kinds, elements, rings, points } = header;
  let at = 4 + length;
  const next = (count: number, bytes = 4) => {
    const from = at;
    at += count * bytes;
    return from;
  };
  return {
    elements,
    keys,
    kinds,
    ids: new Uint8Array(buffer, next(elements, 16), elements * 16),
    revision: new Uint32Array(buffer, next(elements), elements),
    key: new Uint32Array(buffer, next(elements), elements),
    kind: new Uint32Array(buffer, next(elements), elements),
    parent: new Int32Array(buffer, next(elements), elements),
    firstRing: new Uint32Array(buffer, next(elements + 1), elements + 1),
    firstVertex: new Uint32Array(buffer, next(rings + 1), rings + 1),
    xy: new Float32Array(buffer, next(points, 8), points * 2),
  };
}

export function ringsAt(packed: Packed, at: number): Ring[] {
  const rings: Ring[] = [];
  for (let ring = packed.firstRing[at] as number; ring < (packed.firstRing[at + 1] ?? 0); ring++) {
    const found: Ring = [];
    for (
      let i = packed.firstVertex[ring] as number;
      i < (packed.firstVertex[ring + 1] as number);
      i++
    ) {
      found.push([packed.xy[2 * i] as number, packed.xy[2 * i + 1] as number]);
    }
    rings.push(found);
  }
  return rings;
}

export const idAt = (packed: Packed, at: number): string =>
  idOf(packed.ids.subarray(16 * at, 16 * at + 16));

export const kindAt = (packed: Packed, at: number): Kind =>
  packed.kinds[packed.kind[at] as number] as Kind;

export function elementAt(packed: Packed, at: number): Element {
  const parent = packed.parent[at] as number;
  return {
    element_id: idAt(packed, at),
    revision: packed.revision[at] as number,
    key: packed.keys[packed.key[at] as number] as string,
    kind: kindAt(packed, at),
    parent: parent < 0 ? null : idAt(packed, parent),
    rings: ringsAt(packed, at),
    deleted: false,
  };
}

/** The place of an element by its id, or −1; ids rise, so that no map of them is needed. */
export function find(packed: Packed, id: string): number {
  const hex = id.replaceAll("-", "");
  const wanted = Uint8Array.from({ length: 16 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
  let [low, high] = [0, packed.elements - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    let apart = 0;
    for (let i = 0; i < 16 && !apart; i++) {
      apart = (packed.ids[16 * middle + i] as number) - (wanted[i] as number);
    }
    if (!apart) return middle;
    if (apart < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
