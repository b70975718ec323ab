import { expect, test } from "vitest";
import { listName, shownColumns } from "./columns";
import { marked } from "./select";

const keys = ["a", "b", "c", "d", "e"];

test("Shift marks every row between, and takes the marks away the same way", () => {
  const one = marked(new Set(), keys, 1, null);
  const range = marked(one, keys, 3, 1);
  expect([...range].sort()).toEqual(["b", "c", "d"]);
  expect([...marked(range, keys, 2, 3)].sort()).toEqual(["b"]);
});

test("a row that is not there changes nothing", () => {
  expect(marked(new Set(["a"]), keys, 9, 0)).toEqual(new Set(["a"]));
});

test("the lists of one kind share their columns", () => {
  const path = "/collect/batches/01a20784-7ac2-7642-8702-bb46176dc8f8/files";
  expect(listName(path)).toBe("/collect/batches/*/files");
});

test("the first column cannot be hidden", () => {
  const columns = keys.map((key) => ({ key, label: key, cell: () => key }));
  expect(shownColumns(columns, ["a", "c"]).map((one) => one.key)).toEqual(["a", "b", "d", "e"]);
});
