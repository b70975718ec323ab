import { describe, expect, it } from "vitest";
import { beside, type Entry, marksOf, ticksOf } from "./rows";

const entry = (lane: Entry["lane"], date: string | null, n = 0): Entry => ({
  lane,
  date,
  kind: "record",
  id: `00000000-0000-0000-0000-00000000000${n}`,
  title: "x",
});

const marks = marksOf([
  entry("test", "2021-05-01"),
  entry("image", "2021-01-01"),
  entry("test", "2021-01-09"),
  entry("test", "2021-05-01", 1),
  entry("drug", "2021-02-01"),
  entry("image", null),
]);
const at = (lane: string, date: string) =>
  marks.find((mark) => mark.lane === lane && mark.date === date) as (typeof marks)[number];

describe("marks", () => {
  it("gather one lane's day, in the order of days, without the undated", () => {
    expect(marks.map((mark) => [mark.date, mark.lane, mark.entries.length])).toEqual([
      ["2021-01-01", "image", 1],
      ["2021-01-09", "test", 1],
      ["2021-02-01", "drug", 1],
      ["2021-05-01", "test", 2],
    ]);
  });

  it("are walked along a lane, and to the nearest of the next one", () => {
    expect(beside(marks, at("test", "2021-01-09"), "ArrowRight")).toBe(at("test", "2021-05-01"));
    expect(beside(marks, at("test", "2021-05-01"), "ArrowRight")).toBeUndefined();
    expect(beside(marks, at("test", "2021-05-01"), "Home")).toBe(at("test", "2021-01-09"));
    expect(beside(marks, at("image", "2021-01-01"), "ArrowDown")).toBe(at("test", "2021-01-09"));
    expect(beside(marks, at("drug", "2021-02-01"), "ArrowUp")).toBe(at("test", "2021-01-09"));
    expect(beside(marks, at("image", "2021-01-01"), "ArrowUp")).toBeUndefined();
  });
});

describe("ticks", () => {
  it.each([
    ["2021-01-01", "2021-01-01", 1],
    ["2021-01-01", "2021-02-01", 2],
    ["2021-02-03", "2022-07-13", 6],
    ["1990-01-01", "2026-01-01", 8],
  ])("from %s to %s are %i", (first, last, n) => {
    const ticks = ticksOf(first, last);
    expect(ticks.length).toBe(n);
    expect(ticks.every((tick) => tick >= first && tick <= last)).toBe(true);
  });
});
