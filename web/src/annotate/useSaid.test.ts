import { expect, test } from "vitest";
import type { Term } from "./types";
import { stillOpen, toSubmit } from "./useSaid";

const term = (key: string, required: boolean): Term => ({
  key,
  number: 1,
  ja: key,
  en: key,
  colour: "#000000",
  geometry: "mask",
  group: "organs",
  question: null,
  measured_by: [],
  kind: "organ",
  required,
});
const terms = [term("liver", true), term("spleen", false), term("lesion", true)];

test("a drawn label is present, whatever was said before it was drawn", () => {
  const said = { liver: { said: "absent" as const, reason: "" } };
  expect(toSubmit(terms, (one) => one.key === "liver", said)).toEqual({
    liver: { said: "present", reason: "" },
  });
});

test("what was present and is erased is open again", () => {
  const said = { liver: { said: "present" as const, reason: "" } };
  const submitted = toSubmit(terms, () => false, said);
  expect(stillOpen(terms, submitted).map((one) => one.key)).toEqual(["liver", "lesion"]);
});

test("cannot be assessed wants its reason", () => {
  const said = {
    liver: { said: "absent" as const, reason: "" },
    lesion: { said: "cannot_assess" as const, reason: " " },
  };
  expect(
    stillOpen(
      terms,
      toSubmit(terms, () => false, said),
    ).map((one) => one.key),
  ).toEqual(["lesion"]);
});
