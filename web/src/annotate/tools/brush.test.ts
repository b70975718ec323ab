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
  dab(new Stroke(drawn, "organs"), header, "axial", 1, { column: 32, row: 32 }, 12, 1);
  const area = drawn.reduce((sum, label) => sum + label, 0) * 1 * 2;
  expect(Math.abs(area - Math.PI * 144) / (Math.PI * 144)).toBeLessThan(0.05);
});

test("a dab stays on its slice and inside the image", () => {
  const drawn = labels();
  dab(new Stroke(drawn, "organs"), header, "axial", 1, { column: 0, row: 63 }, 20, 2);
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
    4,
    1,
  );
  for (let column = 5; column <= 60; column++) expect(drawn[10 * 64 + column]).toBe(1);
});

test("a move of the brush on 512² stays below a millisecond", () => {
  const wide: VolumeHeader = { ...header, shape: [20, 512, 512], spacing: [3, 0.7, 0.7] };
  const drawn = new Uint8Array(20 * 512 * 512);
  const stroke = new Stroke(drawn, "organs");
  const moves = 400;
  let from = { column: 256, row: 256 };
  line(stroke, wide, "axial", 10, from, from, 8, 1);
  const began = performance.now();
  for (let i = 1; i <= moves; i++) {
    const angle = i / 9;
    const to = { column: 256 + i * 0.5 * Math.cos(angle), row: 256 + i * 0.5 * Math.sin(angle) };
    line(stroke, wide, "axial", 10, from, to, 8, 1);
    from = to;
  }
  expect((performance.now() - began) / moves).toBeLessThan(1);
});
