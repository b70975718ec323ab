import { expect, test } from "vitest";
import { clock } from "./clock";

test("seconds are read as hours, minutes and seconds, and nothing measured is no nought", () => {
  expect([0, 59.6, 61.5, 3661, 90_000].map(clock)).toEqual([
    "0:00:00",
    "0:01:00",
    "0:01:02",
    "1:01:01",
    "25:00:00",
  ]);
  expect(clock(null)).toBe("—");
});
