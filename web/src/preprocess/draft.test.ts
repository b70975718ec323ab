import { expect, test } from "vitest";
import {
  addStep,
  type Draft,
  EMPTY,
  moveStep,
  namesBefore,
  removeStep,
  rename,
  type StepKind,
  spanOf,
  stepAt,
  toToml,
} from "./draft";

const kind = (name: string, takes: StepKind["takes"], on: StepKind["on"] = "volume"): StepKind => ({
  name,
  takes,
  on,
  version: "1",
  interpolates: false,
  fits: false,
  params: [],
});
const kinds = new Map(
  [
    kind("orient", "one"),
    kind("resample", "one"),
    kind("align", "pair"),
    kind("stain", "one", "slide"),
  ].map((one) => [one.name, one]),
);
const add = (draft: Draft, name: string) => addStep(draft, kinds.get(name) as StepKind, kinds);

test("a step goes on from what was made last and becomes the result", () => {
  const draft = add(add(EMPTY, "orient"), "resample");
  expect(draft.steps.map((one) => [one.input[0], one.output])).toEqual([
    ["ct", "ct_orient"],
    ["ct_orient", "ct_resample"],
  ]);
  expect(draft.results).toEqual(["ct_resample"]);
});

test("a pair step is laid on the other input", () => {
  const inputs = [...EMPTY.inputs, { role: "mr", modality: "MR", series: false }];
  const oriented = add({ ...EMPTY, inputs }, "orient");
  expect(oriented.steps[0]?.input).toEqual(["mr"]);
  const aligned = add(oriented, "align");
  expect(aligned.steps[1]).toMatchObject({ input: ["mr_orient"], to: "ct", output: "mr_align" });
});

test("the same step twice gets two names", () => {
  const draft = add(add(EMPTY, "orient"), "orient");
  expect(draft.steps.map((one) => one.output)).toEqual(["ct_orient", "ct_orient_2"]);
});

test("without a step, the next works on what it worked on", () => {
  const draft = removeStep(add(add(EMPTY, "orient"), "resample"), 0);
  expect(draft.steps.map((one) => one.input[0])).toEqual(["ct"]);
  const none = removeStep(draft, 0);
  expect([none.steps, none.results]).toEqual([[], []]);
});

test("steps move by one place and stay at the ends", () => {
  const draft = add(add(EMPTY, "orient"), "resample");
  const moved = moveStep(draft, 1, -1);
  expect(moved.steps.map((one) => [one.name, one.input[0], one.output])).toEqual([
    ["resample", "ct", "ct_resample"],
    ["orient", "ct_resample", "ct_orient"],
  ]);
  expect(moved.results).toEqual(["ct_orient"]);
  expect(moveStep(moved, 0, 1)).toEqual(draft);
  expect(moveStep(draft, 0, -1)).toBe(draft);
});

test("a new name is used everywhere", () => {
  const draft = rename(add(add(EMPTY, "orient"), "resample"), "ct_orient", "upright");
  expect(draft.steps[1]?.input).toEqual(["upright"]);
  expect(rename(draft, "ct_resample", "even").results).toEqual(["even"]);
});

test("only names before a step and of its kind are offered", () => {
  const draft = add(add(EMPTY, "orient"), "resample");
  expect(namesBefore(draft, 1, "volume", kinds)).toEqual(["ct", "ct_orient"]);
  expect(namesBefore(draft, 1, "slide", kinds)).toEqual([]);
});

test("the text holds all of it", () => {
  const draft = add({ ...EMPTY, inputs: [{ role: "ct", modality: "CT", series: true }] }, "orient");
  const [step] = draft.steps;
  if (step) step.params = { spacing: [1, 2.5], method: "tv", unit: true };
  expect(toToml(draft)).toBe(`schema = "renkei.plan/1"
name = "my_plan"
version = "1"
description = ""
results = ["ct_orient"]

[inputs.ct]
modality = "CT"
series = true

[[step]]
name = "orient"
input = "ct"
output = "ct_orient"
params = { spacing = [1, 2.5], method = "tv", unit = true }
`);
});

test("a line is found in its step and marked as a whole", () => {
  const text = 'name = "x"\n[[step]]\na = 1\n[[step]]\nb = 2';
  expect([stepAt(text, 1), stepAt(text, 3), stepAt(text, 4), stepAt(text, null)]).toEqual([
    null,
    0,
    1,
    null,
  ]);
  const [start, end] = spanOf(text, 3);
  expect(text.slice(start, end)).toBe("a = 1");
});
