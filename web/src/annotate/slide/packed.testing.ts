import type { Packed } from "./arrays";
import { type Element, type Kind, newId } from "./element";

const KINDS: Kind[] = ["polygon", "rectangle", "point", "ruler", "annotated"];

/** Elements as the server sends them, for tests. */
export function packedOf(elements: readonly Element[]): { packed: Packed; buffer: ArrayBuffer } {
  const rows = [...elements].sort((a, b) => (a.element_id < b.element_id ? -1 : 1));
  const keys = [...new Set(rows.map((one) => one.key))].sort();
  const rings = rows.flatMap((one) => one.rings);
  const starts = (counts: number[]) =>
    Uint32Array.from([
      0,
      ...counts.map((_, at) => counts.slice(0, at + 1).reduce((a, b) => a + b)),
    ]);
  const ids = Uint8Array.from(
    rows.flatMap((one) =>
      (one.element_id.match(/[0-9a-f]{2}/g) ?? []).map((x) => Number(`0x${x}`)),
    ),
  );
  const parent = rows.map((one) => rows.findIndex((other) => other.element_id === one.parent));
  const packed: Packed = {
    elements: rows.length,
    keys,
    kinds: KINDS,
    ids,
    revision: Uint32Array.from(rows, (one) => one.revision),
    key: Uint32Array.from(rows, (one) => keys.indexOf(one.key)),
    kind: Uint32Array.from(rows, (one) => KINDS.indexOf(one.kind)),
    parent: Int32Array.from(parent),
    firstRing: starts(rows.map((one) => one.rings.length)),
    firstVertex: starts(rings.map((ring) => ring.length)),
    xy: Float32Array.from(rings.flat(2)),
  };
  const { elements: n, kinds } = packed;
  const said = { keys, kinds, elements: n, rings: rings.length, points: packed.xy.length / 2 };
  let text = JSON.stringify(said);
  text += " ".repeat((4 - (text.length % 4)) % 4);
  const { revision, key, kind, firstRing, firstVertex, xy } = packed;
  const parts = [ids, revision, key, kind, packed.parent, firstRing, firstVertex, xy];
  const bytes = parts.flatMap((one) => [...new Uint8Array(one.buffer)]);
  const all = [...new Uint8Array(Uint32Array.of(text.length).buffer), ...bytes];
  all.splice(4, 0, ...new TextEncoder().encode(text));
  return { packed, buffer: Uint8Array.from(all).buffer };
}

export function element(given: Partial<Element>): Element {
  return {
    element_id: newId(),
    revision: 1,
    key: "tumour",
    kind: "polygon",
    parent: null,
    rings: [],
    deleted: false,
    ...given,
  };
}
