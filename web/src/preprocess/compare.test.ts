import { expect, test } from "vitest";
import { firstPair, squares } from "./compare";

test("one looks first at what came in and what came out", () => {
  expect(firstPair(["before", "after", "labels"])).toEqual(["before", "after"]);
  expect(firstPair(["fixed", "moving", "aligned"])).toEqual(["fixed", "aligned"]);
  expect(firstPair(["time_1", "time_2", "time_3", "change"])).toEqual(["time_1", "time_3"]);
  expect(firstPair(["before", "labels"])).toEqual(["before", "before"]);
});

test("a chessboard shows half of the second layer and stays inside the picture", () => {
  const found = squares(256, 192);
  const area = found.reduce((sum, [, , w, h]) => sum + w * h, 0);
  expect(area).toBe((256 * 192) / 2);
  for (const [x, y, w, h] of squares(100, 37)) {
    expect(x + w).toBeLessThanOrEqual(100);
    expect(y + h).toBeLessThanOrEqual(37);
  }
});
