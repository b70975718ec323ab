import fc from "fast-check";
import { expect, test } from "vitest";
import { inside } from "../polygons";
import { elementAt, find, readArrays } from "./arrays";
import { boxRing, type Element } from "./element";
import { element, packedOf } from "./packed.testing";
import { Shapes } from "./shapes";

const SIZE = [20_000, 15_000] as const;
const place = fc.tuple(fc.integer({ min: 0, max: 14_000 }), fc.integer({ min: 0, max: 14_000 }));
const boxes = fc.array(fc.tuple(place, fc.integer({ min: 1, max: 6_000 })), { maxLength: 30 });
const made = (all: [[number, number], number][]) =>
  all.map(([[x, y], side]) => element({ rings: [boxRing([x, y], [x + side, y + side])] }));

test("the server's arrays are the elements, found by their ids", () => {
  const region = element({ rings: [boxRing([0, 0], [900, 900]), boxRing([10, 10], [20, 20])] });
  const mark = element({ key: "mitosis", kind: "point", rings: [[[5, 6]]] });
  const cell = { ...mark, parent: region.element_id, revision: 7 };
  const { buffer } = packedOf([region, cell]);
  const packed = readArrays(buffer);
  for (const one of [region, cell]) {
    expect(elementAt(packed, find(packed, one.element_id))).toEqual(one);
  }
  expect(find(packed, element({}).element_id)).toBe(-1);
});

test("the grid finds what a search through all finds", () => {
  fc.assert(
    fc.property(boxes, place, (all, at) => {
      const elements = made(all);
      const shapes = new Shapes(packedOf(elements).packed, SIZE);
      const under = elements.filter((one) => inside(one.rings[0] ?? [], at));
      const side = (one: Element) => (one.rings[0]?.[1]?.[0] ?? 0) - (one.rings[0]?.[0]?.[0] ?? 0);
      const least = Math.min(...under.map(side));
      const hit = shapes.hit(at, 0);
      expect(hit ? side(hit) : Number.POSITIVE_INFINITY).toBe(least);
    }),
  );
});

test("a change replaces the arrays' element, and is counted once", () => {
  const [one, other] = made([
    [[0, 0], 100],
    [[200, 0], 100],
  ]) as [Element, Element];
  const shapes = new Shapes(packedOf([one, other]).packed, SIZE);
  shapes.put({ ...one, revision: 2, key: "necrosis" });
  expect([shapes.amount("tumour"), shapes.amount("necrosis"), shapes.count]).toEqual([1, 1, 2]);
  expect(shapes.revision(one.element_id)).toBe(2);
  shapes.put({ ...one, revision: 3, deleted: true });
  expect([shapes.count, shapes.get(one.element_id), shapes.hit([50, 50], 0)]).toEqual([
    1,
    null,
    null,
  ]);
  shapes.put({ ...one, revision: 4 });
  expect(shapes.hit([50, 50], 0)?.revision).toBe(4);
});

test("an element lies in the smallest region that holds all of it", () => {
  const [large, small] = made([
    [[0, 0], 5_000],
    [[100, 100], 500],
  ]) as [Element, Element];
  const shapes = new Shapes(packedOf([large, small]).packed, SIZE);
  expect(shapes.parentOf([[[150, 150]]], "x")).toBe(small.element_id);
  expect(shapes.parentOf([boxRing([150, 150], [700, 700])], "x")).toBe(large.element_id);
  expect(shapes.parentOf([[[9_000, 9_000]]], "x")).toBeNull();
  expect(shapes.parentOf(large.rings, large.element_id)).toBeNull();
});

test("a hundred thousand elements are laid out, and one of them is hit in no time", () => {
  const n = 100_000;
  const cells = Array.from({ length: n }, (_, at) => [(at % 400) * 40, Math.floor(at / 400) * 40]);
  const ring = Array.from({ length: 24 }, (_, i) => (2 * Math.PI * (i % 23)) / 23);
  const xy = new Float32Array(n * 48);
  cells.forEach(([x = 0, y = 0], at) => {
    ring.forEach((turn, i) => {
      xy[48 * at + 2 * i] = x + 20 + 12 * Math.cos(turn);
      xy[48 * at + 2 * i + 1] = y + 20 + 12 * Math.sin(turn);
    });
  });
  const count = (step: number) => Uint32Array.from({ length: n + 1 }, (_, at) => at * step);
  const packed = {
    ...packedOf([element({})]).packed,
    elements: n,
    ids: new Uint8Array(16 * n),
    xy,
  };
  const zero = () => new Uint32Array(n);
  const parent = new Int32Array(n).fill(-1);
  const own = { revision: zero(), key: zero(), kind: zero(), parent };
  // CPU time, since other work on the machine is not ours.
  const cpu = () => process.cpuUsage().user / 1_000;
  const started = cpu();
  const shapes = new Shapes(
    { ...packed, ...own, firstRing: count(1), firstVertex: count(24) },
    SIZE,
  );
  expect(cpu() - started).toBeLessThan(1_500);
  const again = cpu();
  let hits = 0;
  for (let at = 0; at < 1_000; at++) {
    const [x = 0, y = 0] = cells[at * 97] as number[];
    if (shapes.hit([x + 20, y + 20], 0)) hits++;
  }
  expect(hits).toBe(1_000);
  expect((cpu() - again) / 1_000).toBeLessThan(0.2);
});
