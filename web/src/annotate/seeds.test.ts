import { expect, test } from "vitest";
import { seedsOf } from "./seeds";

test("a scribble inside stands for the middle of each of its pieces", () => {
  const scribbles = [
    { start: 2 * 20 + 1 * 5 + 1, length: 3, inside: true },
    { start: 0, length: 4, inside: false },
  ];
  expect(seedsOf(scribbles, [3, 4, 5])).toEqual([[2, 1, 2]]);
});

test("a long scribble gives no more points than the server takes", () => {
  const pieces = Array.from({ length: 950 }, (_, n) => ({ start: n, length: 1, inside: true }));
  const seeds = seedsOf(pieces, [10, 10, 10]);
  expect(seeds.length).toBeLessThanOrEqual(100);
  expect(seeds.at(-1)?.[0]).toBe(9);
});
