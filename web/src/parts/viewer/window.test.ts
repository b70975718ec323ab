import { expect, test } from "vitest";
import { greyTable, storedWindow, windowOf } from "./window";

const grey = (table: Uint32Array, value: number) => (table[value + 32768] ?? 0) & 255;

test("a window maps its edges to black and white and its centre to the middle, as C.11.2.1.2", () => {
  const table = greyTable({ centre: 40, width: 400 });
  expect(grey(table, -160)).toBe(0);
  expect(grey(table, 239)).toBe(255);
  expect(grey(table, -2000)).toBe(0);
  expect(grey(table, 3000)).toBe(255);
  expect(Math.abs(grey(table, 40) - 128)).toBeLessThanOrEqual(1);
});

test("an inverted window is the mirror of the plain one", () => {
  const plain = greyTable({ centre: 0, width: 100 });
  const turned = greyTable({ centre: 0, width: 100 }, true);
  for (const value of [-80, -20, 0, 13, 90]) {
    expect(grey(turned, value)).toBe(255 - grey(plain, value));
  }
});

test("a window of one value is a step", () => {
  const table = greyTable({ centre: 10, width: 1 });
  expect([grey(table, 9), grey(table, 10)]).toEqual([0, 255]);
});

test("the first window of an MR leaves outliers out", () => {
  const values = new Int16Array(1000).map((_, i) => i % 500);
  values[0] = 32000;
  const found = windowOf(values);
  expect(found.width).toBeLessThan(500);
});

test("a window over values and the same over stored numbers paint the same grey", () => {
  const window = { centre: 12.5, width: 40 };
  const stored = greyTable(storedWindow(window, 0.01, 5));
  // 0.01 × 750 + 5 is the centre.
  expect(Math.abs(grey(stored, 750) - 128)).toBeLessThanOrEqual(1);
  expect(grey(stored, 750 + 2100)).toBe(255);
  expect(grey(stored, 750 - 2100)).toBe(0);
});
