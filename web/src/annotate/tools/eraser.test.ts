import { expect, test } from "vitest";
import { brush } from "./brush";
import { eraser } from "./eraser";
import { count, groundOf, spot } from "./ground.fixture";

test("the eraser takes away the chosen label and never its neighbour", () => {
  const ground = groundOf(() => 0);
  ground.labels.fill(1, 4096, 4096 + 32 * 64);
  ground.labels.fill(2, 4096 + 32 * 64, 8192);
  const work = eraser.begin(ground, spot(30, 32));
  work.move([spot(30, 32), spot(40, 32)], true);
  expect(count(ground.labels, 2)).toBe(32 * 64);
  expect(count(ground.labels)).toBeLessThan(32 * 64);
  expect(work.release()).toBe(true);
});

test("a soft pen draws a thinner line than a hard one", () => {
  const areas = [0.3, 1].map((pressure) => {
    const ground = groundOf(() => 0, { radius: 8 });
    brush.begin(ground, spot(32, 32)).move([{ ...spot(32, 32), pressure }], true);
    return count(ground.labels);
  });
  expect(areas[0]).toBeLessThan((areas[1] ?? 0) / 5);
});

test("a brush that keeps others draws around them, one that does not draws over them", () => {
  for (const keepOthers of [true, false]) {
    const ground = groundOf(() => 0, { keepOthers });
    ground.labels.fill(2, 4096, 4096 + 32 * 64);
    brush.begin(ground, spot(32, 32)).move([spot(32, 32)], true);
    expect(count(ground.labels, 2) === 32 * 64).toBe(keepOthers);
  }
});
