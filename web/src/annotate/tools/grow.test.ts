import { expect, test } from "vitest";
import { count, groundOf, spot } from "./ground.fixture";
import { grow } from "./grow";

const BALLS = (_: number, y: number, x: number) =>
  Math.hypot(y - 20, x - 20) <= 10 || Math.hypot(y - 45, x - 45) <= 10 ? 60 : -80;

test("a region is what hangs together and is alike, on one slice or through all", () => {
  const area = 317;
  for (const deep of [false, true]) {
    const ground = groundOf(BALLS, { deep });
    grow.begin(ground, spot(20, 20));
    expect(count(ground.labels)).toBe(deep ? 3 * area : area);
    expect(ground.labels[4096 + 45 * 64 + 45]).toBe(0);
  }
});

test("the tolerance decides, in values and not in stored numbers", () => {
  for (const [tolerance, all] of [
    [139, false],
    [141, true],
  ] as const) {
    const ground = groundOf(BALLS, { tolerance });
    grow.begin(ground, spot(20, 20));
    expect(count(ground.labels) === 4096).toBe(all);
  }
});

test("it does not leak through another label that is kept", () => {
  const ground = groundOf(() => 0);
  for (let y = 0; y < 64; y++) ground.labels[4096 + y * 64 + 30] = 2;
  grow.begin(ground, spot(10, 10));
  expect(count(ground.labels)).toBe(30 * 64);
});

test("it waits for slices that have not come, and says so", () => {
  const ground = groundOf(BALLS, { deep: true });
  ground.store.loaded[2] = 0;
  expect(grow.begin(ground, spot(20, 20)).refused).toBe("not_loaded");
  expect(count(ground.labels)).toBe(0);
});
