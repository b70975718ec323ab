import { expect, test } from "vitest";
import type { VolumeHeader } from "../../parts/viewer/volume";
import { Stroke } from "../runs";
import { dab, line } from "./brush";

const header: VolumeHeader = {
  shape: [3, 64, 64],
  spacing: [3, 1, 2],
  modality: "CT",
  window: null,
  slab: 16,
};
const labels = () => new Uint8Array(3 * 64 * 64);

test("a dab has the area of its disc in mm²", () => {
  const drawn = labels();
  dab(new Stroke(drawn), header, "axial", 1, { column: 32, row: 32 }, 12, 1);
  const area = drawn.reduce((sum, label) => sum + label, 0) * 1 * 2;
  expect(Math.abs(area - Math.PI * 144) / (Math.PI * 144)).toBeLessThan(0.05);
});

test("a dab stays on its slice and inside the image", () => {
  const drawn = labels();
  dab(new Stroke(drawn), header, "axial", 1, { column: 0, row: 63 }, 20, 2);
  expect(drawn.subarray(0, 4096).every((label) => label === 0)).toBe(true);
  expect(drawn.subarray(8192).every((label) => label === 0)).toBe(true);
  expect(drawn[4096 + 63 * 64]).toBe(2);
});

test("a fast move leaves no gap", () => {
  const drawn = labels();
  line(
    new Stroke(drawn),
    header,
    "axial",
    0,
    { column: 5, row: 10 },
    { column: 60, row: 10 },
    4,
    1,
  );
  for (let column = 5; column <= 60; column++) expect(drawn[10 * 64 + column]).toBe(1);
});
