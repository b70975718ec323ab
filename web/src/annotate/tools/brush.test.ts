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
  slope: 1,
  intercept: 0,
};
const labels = () => new Uint8Array(3 * 64 * 64);

test("a dab has the area of its disc in mm²", () => {
  const drawn = labels();
  dab(
    new Stroke(drawn, "organs"),
    header,
    "axial",
    1,
    { column: 32, row: 32 },
    { radius: 12, label: 1 },
  );
  const area = drawn.reduce((sum, label) => sum + label, 0) * 1 * 2;
  expect(Math.abs(area - Math.PI * 144) / (Math.PI * 144)).toBeLessThan(0.05);
});

test("a dab stays on its slice and inside the image", () => {
  const drawn = labels();
  dab(
    new Stroke(drawn, "organs"),
    header,
    "axial",
    1,
    { column: 0, row: 63 },
    { radius: 20, label: 2 },
  );
  expect(drawn.subarray(0, 4096).every((label) => label === 0)).toBe(true);
  expect(drawn.subarray(8192).every((label) => label === 0)).toBe(true);
  expect(drawn[4096 + 63 * 64]).toBe(2);
});

test("a fast move leaves no gap", () => {
  const drawn = labels();
  line(
    new Stroke(drawn, "organs"),
    header,
    "axial",
    0,
    { column: 5, row: 10 },
    { column: 60, row: 10 },
    { radius: 4, label: 1 },
  );
  for (let column = 5; column <= 60; column++) expect(drawn[10 * 64 + column]).toBe(1);
});

test.each([
  ["a disc", { radius: 8, label: 1 }],
  ["a sphere", { radius: 8, label: 1, deep: true }],
])("a move of %s on 512² stays below a millisecond", (_, how) => {
  const wide: VolumeHeader = { ...header, shape: [20, 512, 512], spacing: [3, 0.7, 0.7] };
  const drawn = new Uint8Array(20 * 512 * 512);
  const stroke = new Stroke(drawn, "organs");
  const moves = 400;
  let from = { column: 256, row: 256 };
  line(stroke, wide, "axial", 10, from, from, how);
  const began = performance.now();
  for (let i = 1; i <= moves; i++) {
    const angle = i / 9;
    const to = { column: 256 + i * 0.5 * Math.cos(angle), row: 256 + i * 0.5 * Math.sin(angle) };
    line(stroke, wide, "axial", 10, from, to, how);
    from = to;
  }
  expect((performance.now() - began) / moves).toBeLessThan(1);
});

test("a sphere has the volume of its radius in mm³ where slices are thick", () => {
  const thick: VolumeHeader = { ...header, shape: [15, 64, 64] };
  const drawn = new Uint8Array(15 * 64 * 64);
  const at = { column: 32, row: 32 };
  dab(new Stroke(drawn, "organs"), thick, "axial", 7, at, { radius: 15, label: 1, deep: true });
  const volume = drawn.reduce((sum, label) => sum + label, 0) * 3 * 1 * 2;
  const truth = (4 / 3) * Math.PI * 15 ** 3;
  expect(Math.abs(volume - truth) / truth).toBeLessThan(0.05);
});

test("a limited brush draws only on values within its bounds", () => {
  const drawn = labels();
  const voxels = Int16Array.from(drawn, (_, at) => (at % 64 < 32 ? -100 : 40));
  const only = { voxels, low: 0, high: 80 };
  const at = { column: 32, row: 32 };
  dab(new Stroke(drawn, "organs"), header, "axial", 1, at, { radius: 10, label: 1, only });
  const touched = [...drawn.keys()].filter((voxel) => drawn[voxel]);
  expect(touched.length).toBeGreaterThan(20);
  expect(touched.every((voxel) => voxel % 64 >= 32)).toBe(true);
});
