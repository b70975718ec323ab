import { expect, test } from "vitest";
import { secondsLeft, secondsOf } from "./progress";

test("time left follows the rate so far", () => {
  const job = { started_at: "2026-11-23T00:00:00Z", done: 25, total: 100 };
  expect(secondsLeft(job, Date.parse("2026-11-23T00:00:10Z"))).toBe(30);
});

test("a job without a total or a first step has no time left to tell", () => {
  const now = Date.parse("2026-11-23T00:00:10Z");
  const started_at = "2026-11-23T00:00:00Z";
  expect(secondsLeft({ started_at, done: 3, total: null }, now)).toBeNull();
  expect(secondsLeft({ started_at, done: 0, total: 9 }, now)).toBeNull();
});

test("a job that has not ended took no time yet", () => {
  expect(secondsOf({ started_at: "2026-11-23T00:00:00Z", ended_at: null })).toBeNull();
  expect(
    secondsOf({ started_at: "2026-11-23T00:00:00Z", ended_at: "2026-11-23T00:00:01.26Z" }),
  ).toBe(1.3);
});
