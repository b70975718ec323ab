import { expect, test } from "vitest";
import { along, type CountTable, patientsOf } from "./rows";

const table: CountTable = {
  axes: ["modality", "sex"],
  cells: [
    ["MR", "F", 5],
    ["CT", "F", 10],
    ["CT", "M", 15],
  ],
};

test("patients of a catalogue entry are summed along one axis, the largest first", () => {
  expect(along(table, 0)).toEqual([
    ["CT", 25],
    ["MR", 5],
  ]);
  expect(along(table, 1)[0]).toEqual(["F", 15]);
});

test("each cell counts once in the whole", () => {
  expect(patientsOf(table)).toBe(30);
});
