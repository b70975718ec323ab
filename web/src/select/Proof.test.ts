import { expect, test } from "vitest";
import { outlined, type VolumeHeader } from "../parts/viewer/volume";
import { spread } from "./Montage";
import { parts } from "./Proof";

test("the words are marked with their cue, counted by letters as the server does", () => {
  const said = parts("𠮷 No sign of pneumothorax.", 13, 25, [2, 12]);
  expect(said.map((one) => [one.kind, one.words])).toEqual([
    ["plain", "𠮷 "],
    ["cue", "No sign of"],
    ["plain", " "],
    ["said", "pneumothorax"],
    ["plain", "."],
  ]);
});

test("a montage goes from the first slice to the last", () => {
  expect(spread(3, 20)).toEqual([0, 1, 2]);
  expect(spread(101, 5)).toEqual([0, 25, 50, 75, 100]);
  expect(spread(0, 5)).toEqual([]);
});

test("a box is outlined where a turned slice shows it, and only on its own slice", () => {
  const header = { shape: [4, 20, 10], direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1] };
  const mark = { slice: 2, box: [1, 3, 4, 5] };
  const of = (index: number) => outlined(header as unknown as VolumeHeader, "axial", index, mark);
  expect(of(2)).toEqual({ left: 5, top: 3, right: 9, bottom: 8 });
  expect(of(1)).toBeNull();
});
