import { expect, test } from "vitest";
import { fieldOf, isEmpty, limitOf, shareOut } from "./fields";

test("a pointer into a list leads to the list's field", () => {
  expect(fieldOf("/body/sites/0")).toBe("sites");
  expect(fieldOf("/body")).toBe("");
});

test("each field keeps the first thing that is wrong with it; unknown fields are left over", () => {
  const problems = [
    { pointer: "/body/name", code: "string_too_short" },
    { pointer: "/body/name", code: "string_pattern_mismatch" },
    { pointer: "/body/hidden", code: "missing" },
  ];
  const { at, rest } = shareOut(problems, ["name", "title"]);
  expect([...at]).toEqual([["name", problems[0]]]);
  expect(rest).toEqual([problems[2]]);
});

test("the limit that was broken is named", () => {
  expect(limitOf({ pointer: "", code: "less_than_equal", limits: { le: 120 } })).toBe("120");
  expect(limitOf({ pointer: "", code: "missing" })).toBe("");
});

test("zero and no are entered, blanks are not", () => {
  expect([0, false].map(isEmpty)).toEqual([false, false]);
  expect(["", "  ", null, []].map(isEmpty)).toEqual([true, true, true, true]);
});
