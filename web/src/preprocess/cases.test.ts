import { expect, test } from "vitest";
import { type Case, pairsOf, seriesOf } from "./cases";

const of = (id: string, subject: string, modality: string): Case => ({
  id,
  subject_id: subject,
  modality,
  pseudonym: null,
  body_part: null,
  site: null,
});
const cases = [
  of("a", "s", "CT"),
  of("b", "s", "MR"),
  of("c", "t", "CT"),
  of("d", "u", "CT"),
  of("e", "u", "CT"),
  of("f", "u", "MR"),
  of("g", "u", "MR"),
];
const one = (modality: string, series = false) => ({ modality, series });

test("a plan for one scan takes the chosen one", () => {
  expect(seriesOf("a", [one("CT")], cases)).toEqual(["a"]);
});

test("a pair is of one subject, and only where it is clear which", () => {
  expect(seriesOf("a", [one("CT"), one("MR")], cases)).toEqual(["a", "b"]);
  expect(seriesOf("c", [one("CT"), one("MR")], cases)).toEqual(["c"]);
  expect(seriesOf("d", [one("CT"), one("MR")], cases)).toEqual(["d"]);
  expect(pairsOf(["a", "d"], cases.slice(0, 1), cases.slice(1, 2))).toEqual({ a: "b" });
});

test("a time series is all of the subject's scans of that kind", () => {
  expect(seriesOf("e", [one("CT", true)], cases)).toEqual(["e", "d"]);
});
