import fc from "fast-check";
import { expect, test } from "vitest";
import { Activity, IDLE_MS, slicesOf, stretches } from "./activity";

test("a break is not work, a look at a slice is", () => {
  const activity = new Activity(100);
  activity.touch(0);
  activity.touch(30_000);
  expect(activity.seconds).toBe(130);
  activity.touch(30_000 + 3_600_000);
  expect(activity.seconds).toBe(130 + IDLE_MS / 1000);
});

test("time away from the page does not count", () => {
  const activity = new Activity(0);
  activity.touch(0);
  activity.leave(5_000);
  activity.touch(50_000);
  activity.touch(51_000);
  expect(activity.seconds).toBe(6);
});

test("slices seen come back whole from their stretches", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 90 })), (slices) => {
      const all = stretches(slices);
      expect(slicesOf(all)).toEqual(new Set(slices));
      // Neighbours make one stretch, so that what is sent stays short.
      for (let at = 1; at < all.length; at++)
        expect(all[at]?.[0]).toBeGreaterThan((all[at - 1]?.[1] ?? 0) + 1);
    }),
  );
});
