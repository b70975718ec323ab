import { expect, test } from "vitest";
import { nextOpen, worstFirst } from "./settling";
import type { Decision, Dispute, Measure } from "./types";

const dispute = (position: number, key: string, reason: string, decided = false): Dispute => ({
  id: String(position),
  position,
  key,
  reason,
  lesions_a: [],
  lesions_b: [],
  slice: null,
  decision: decided ? ({ choice: "a" } as Decision) : null,
});
const measure = (key: string, dice: number) => ({ key, dice }) as Measure;

test("what one reader does not see comes before what they draw differently", () => {
  const all = [
    dispute(0, "liver", "extent"),
    dispute(1, "spleen", "extent"),
    dispute(2, "lesion", "missed_by_b"),
  ];
  const ordered = worstFirst(all, [measure("liver", 0.9), measure("spleen", 0.4)]);
  expect(ordered.map((one) => one.key)).toEqual(["lesion", "spleen", "liver"]);
});

test("after a decision comes the next open dispute, round to the beginning", () => {
  const all = [
    dispute(0, "a", "extent"),
    dispute(1, "b", "extent", true),
    dispute(2, "c", "extent"),
  ];
  expect(nextOpen(all, 0)).toBe(2);
  expect(nextOpen(all, 2)).toBe(0);
  expect(nextOpen([dispute(0, "a", "extent", true)], 0)).toBe(-1);
});
