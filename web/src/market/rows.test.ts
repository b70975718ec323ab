import { expect, test } from "vitest";
import { along, type CountTable, patientsOf } from "./rows";

const table: CountTable = {
  axes: ["modality", "sex"],
  cells: [
    ["MR", "F", "<10"],
    ["CT", "F", 10],
    ["CT", "M", 20],
    ["MR", "", "<10"],
    ["CT", "", 30],
    ["", "F", 20],
    ["", "M", 20],
    ["", "", 40],
  ],
};

test("patients along one axis are the margin that was told, the largest first", () => {
  expect(along(table, 0)).toEqual([
    ["CT", 30],
    ["MR", "<10"],
  ]);
  expect(along(table, 1)).toEqual([
    ["F", 20],
    ["M", 20],
  ]);
});

test("the whole is the told total, also where it is only a bound", () => {
  expect(patientsOf(table)).toBe(40);
  expect(patientsOf({ axes: table.axes, cells: [["", "", "<10"]] })).toBe("<10");
});
