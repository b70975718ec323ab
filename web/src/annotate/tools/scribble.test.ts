import { expect, test } from "vitest";
import { Scribbles } from "../scribbles";
import { count, groundOf, spot } from "./ground.fixture";
import { scribble } from "./scribble";

test("scribbles inside and outside are no labels and go out as stretches in order", () => {
  const marks = new Scribbles(3 * 4096);
  for (const [subtract, row] of [
    [false, 20],
    [true, 40],
  ] as const) {
    const ground = { ...groundOf(() => 0, { subtract, radius: 1 }), scribbles: marks.marks };
    const work = scribble.begin(ground, spot(10, row));
    work.move([spot(10, row), spot(30, row)], true);
    marks.push(work.stroke.runs());
    expect(count(ground.labels)).toBe(0);
  }
  const found = marks.stretches();
  const start = 4096 + 20 * 64 + 9;
  expect(found).toContainEqual({ start, length: 23, inside: true });
  expect(new Set(found.map((one) => one.inside)).size).toBe(2);
  expect(found.map((one) => one.start)).toEqual(
    found.map((one) => one.start).sort((a, b) => a - b),
  );
  marks.back();
  expect(marks.stretches().every((one) => one.inside)).toBe(true);
  marks.clear();
  expect([marks.empty, count(marks.marks)]).toEqual([true, 0]);
});
