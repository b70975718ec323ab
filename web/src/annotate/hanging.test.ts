import { expect, test } from "vitest";
import { type Beside, fitting, hang, PROTOCOLS, shiftBetween } from "./hanging";

const series = (key: string, more: Partial<Beside>): Beside => ({
  key,
  modality: "CT",
  description: null,
  body_part: null,
  slices: 20,
  prior: false,
  days_before: null,
  frame: 0,
  ...more,
});
const named = (name: string) => {
  const found = PROTOCOLS.find((one) => one.name === name);
  if (!found) throw new Error(name);
  return found;
};
const keys = (hung: Beside[] | null) => hung?.map(({ key }) => key);

test("contrast phases hang in the order of the contrast, in either language", () => {
  const found = [
    series("late", { description: "Abdomen_DELAYED 5.0" }),
    series("plain", { description: "単純 5mm" }),
    series("early", { description: "動脈相" }),
    series("old", { description: "arterial", prior: true }),
  ];
  expect(keys(hang(named("ct-phases"), { modality: "CT" }, found))).toEqual([
    "early",
    "late",
    "plain",
  ]);
});

test("a word counts only where one begins, and each series hangs once", () => {
  const mr = (key: string, description: string) => series(key, { modality: "MR", description });
  const found = [mr("no", "st10 loc"), mr("both", "Ax T1 FLAIR"), mr("t2", "T2-TSE")];
  expect(keys(hang(named("mr-sequences"), { modality: "MR" }, found))).toEqual(["both", "t2"]);
});

test("the prior study hangs by itself where there is one, and nothing where there is none", () => {
  const prior = series("old", { prior: true, days_before: 84, frame: 1 });
  expect(fitting({ modality: "CT" }, [prior]).map(({ name }) => name)).toEqual(["current-prior"]);
  expect(fitting({ modality: "MR" }, [prior])).toEqual([]);
  expect(fitting({ modality: "CT" }, [])).toEqual([]);
});

test("each file of a protocol says what it needs in both languages", () => {
  expect(PROTOCOLS.length).toBe(5);
  for (const one of PROTOCOLS) {
    expect(one.ja && one.en && one.slots.length && one.least > 0, one.name).toBeTruthy();
  }
});

test("panes are linked by an equal frame of reference, or by hand, or not at all", () => {
  const own = { frame: 0, offset: null };
  const [old, older] = [
    { frame: 1, offset: null },
    { frame: 2, offset: null },
  ];
  expect(shiftBetween(own, { frame: 0, offset: null })).toEqual([0, 0, 0]);
  expect(shiftBetween(old, { ...old })).toEqual([0, 0, 0]);
  expect(shiftBetween(own, old)).toBeNull();
  expect(shiftBetween({ frame: null, offset: null }, { frame: null, offset: null })).toBeNull();
  const moved = { ...old, offset: [1, 2, 30] as const };
  expect(shiftBetween(own, moved)).toEqual([1, 2, 30]);
  expect(shiftBetween(moved, own)).toEqual([-1, -2, -30]);
  expect(shiftBetween(moved, { ...older, offset: [0, 0, 10] as const })).toEqual([-1, -2, -20]);
});
