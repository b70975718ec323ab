import { expect, test } from "vitest";
import { daysUntil } from "./dates";

test("days are counted by date, whatever the time of day", () => {
  expect(daysUntil("2026-11-30", new Date(2026, 10, 23, 23, 59))).toBe(7);
  expect(daysUntil("2026-11-23", new Date(2026, 10, 23, 0, 1))).toBe(0);
  expect(daysUntil("2026-11-22", new Date(2026, 10, 23, 12))).toBe(-1);
});
