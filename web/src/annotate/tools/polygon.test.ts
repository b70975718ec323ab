import { expect, test } from "vitest";
import { freehand } from "./freehand";
import { count, groundOf, spot } from "./ground.fixture";
import { polygon } from "./polygon";
import type { Work } from "./tool";

const CORNERS = [spot(10, 10), spot(30.4, 10), spot(30.4, 20.4), spot(10, 20.4)] as const;

function outline(work: Work, spots: readonly ReturnType<typeof spot>[]) {
  for (const one of spots) work.press?.(one);
  work.end?.();
}

test("a polygon fills the pixels whose centres it surrounds, on its slice alone", () => {
  const ground = groundOf(() => 0);
  outline(polygon.begin(ground, CORNERS[0]), CORNERS.slice(1));
  // Columns 10 to 30 and rows 11 to 20: a row on the upper edge lies inside, on the lower outside.
  expect(count(ground.labels)).toBe(21 * 11);
  expect(count(ground.labels.subarray(0, 4096))).toBe(0);
});

test("subtracting takes away only the chosen label", () => {
  const ground = groundOf(() => 0, { subtract: true });
  ground.labels.fill(1);
  ground.labels.fill(2, 4096 + 15 * 64, 4096 + 16 * 64);
  outline(polygon.begin(ground, CORNERS[0]), CORNERS.slice(1));
  expect(count(ground.labels, 0)).toBe(21 * 10);
  expect(count(ground.labels, 2)).toBe(64);
});

test("a limited polygon fills only values within its bounds", () => {
  const ground = groundOf((_, __, x) => (x < 20 ? -100 : 50), { range: { low: 0, high: 100 } });
  outline(polygon.begin(ground, CORNERS[0]), CORNERS.slice(1));
  expect(count(ground.labels)).toBe(11 * 11);
});

test("the last corner is taken back, and two corners are no area", () => {
  const ground = groundOf(() => 0);
  const work = polygon.begin(ground, CORNERS[0]);
  work.press?.(CORNERS[1]);
  work.press?.(CORNERS[2]);
  expect(work.back?.()).toBe(true);
  expect(work.path?.()?.points).toHaveLength(3);
  work.end?.();
  expect(count(ground.labels)).toBe(0);
  expect(work.back?.()).toBe(true);
  expect(work.back?.()).toBe(false);
});

test("freehand fills what a held pointer goes round, and ends when it is let go", () => {
  const ground = groundOf(() => 0);
  const circle = Array.from({ length: 90 }, (_, n) => {
    const angle = (n / 90) * 2 * Math.PI;
    return spot(32 + 12 * Math.cos(angle), 32 + 12 * Math.sin(angle));
  });
  const work = freehand.begin(ground, circle[0] as ReturnType<typeof spot>);
  work.move(circle, true);
  work.move([spot(60, 60)], false);
  expect(work.release()).toBe(true);
  work.end?.();
  expect(Math.abs(count(ground.labels) - Math.PI * 144) / (Math.PI * 144)).toBeLessThan(0.03);
});
