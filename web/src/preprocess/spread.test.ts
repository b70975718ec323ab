import { expect, test } from "vitest";
import { bandOf, isOneScale, lineOf, meanOf, type Spread } from "./spread";

const spread = (low: number, high: number): Spread => ({
  low,
  high,
  shares: [0.25, 0.75],
  least: [0.1, 0.5],
  most: [0.5, 0.9],
  means: [10, 30],
});
const scale = { x: (value: number) => value, y: (share: number) => 100 - 100 * share };

test("the mean counts each image the same", () => {
  expect(meanOf(spread(0, 1))).toBe(20);
  expect(meanOf({ ...spread(0, 1), means: [] })).toBe(0);
});

test("HU and a unit range are drawn apart, two windows of HU together", () => {
  expect(isOneScale(spread(-1024, 1536), spread(0, 1))).toBe(false);
  expect(isOneScale(spread(-1024, 1536), spread(-160, 240))).toBe(true);
  expect(isOneScale(spread(0, 10), spread(100, 110))).toBe(false);
});

test("line and band run through the middle of each bin", () => {
  expect(lineOf(spread(0, 10), scale)).toBe("M2.5 75.0L7.5 25.0");
  expect(bandOf(spread(0, 10), scale)).toBe("M2.5 50.0L7.5 10.0L7.5 50.0L2.5 90.0Z");
});
