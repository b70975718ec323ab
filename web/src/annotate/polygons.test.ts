import { expect, test } from "vitest";
import { areaOf, closeRing, crossesItself, inside, type Vertex } from "./polygons";

const square: Vertex[] = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
  [0, 0],
];
const bow: Vertex[] = [
  [0, 0],
  [10, 10],
  [10, 0],
  [0, 10],
  [0, 0],
];

test("a place is inside of the ring or not", () => {
  expect([inside(square, [5, 5]), inside(square, [15, 5]), inside(square, [-1, 0])]).toEqual([
    true,
    false,
    false,
  ]);
});

test("a bow crosses itself, a square does not", () => {
  expect([crossesItself(bow), crossesItself(square)]).toEqual([true, false]);
});

test("the area of a square is its sides multiplied", () => {
  expect(areaOf(square)).toBe(100);
});

test("the two clicks of a double click make one vertex, and the ring is closed", () => {
  const ring = closeRing(
    [
      [0, 0],
      [50, 0],
      [50, 50],
      [50.4, 50.2],
    ],
    2,
    [100, 100],
  );
  expect(ring).toEqual([
    [0, 0],
    [50, 0],
    [50, 50],
    [0, 0],
  ]);
});

test("two places are no polygon", () => {
  expect(
    closeRing(
      [
        [0, 0],
        [50, 0],
        [0.5, 0],
      ],
      2,
      [100, 100],
    ),
  ).toBeNull();
});

test("vertices outside of the slide are drawn to its edge", () => {
  expect(
    closeRing(
      [
        [-5, 0],
        [120, 0],
        [50, 50],
      ],
      2,
      [100, 100],
    ),
  ).toEqual([
    [0, 0],
    [100, 0],
    [50, 50],
    [0, 0],
  ]);
});
