import fc from "fast-check";
import { expect, test } from "vitest";
import { readSearch, writeSearch } from "./search";

test("numbers, leading zeros and UIDs stay the text that was typed", () => {
  const search = { q: "007", site: "1e5", uid: "1.2.840.10008" };
  expect(readSearch(writeSearch(search))).toEqual(search);
});

test("any text comes back from the address", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (q) => {
      fc.pre(!/\p{Surrogate}/u.test(q));
      expect(readSearch(writeSearch({ q }))).toEqual({ q });
    }),
  );
});

test("what is empty leaves the address", () => {
  expect(writeSearch({ q: "", sort: undefined, after: null })).toBe("");
});
