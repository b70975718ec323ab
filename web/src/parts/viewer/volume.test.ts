import fc from "fast-check";
import { expect, test } from "vitest";
import { fromTheMiddle, PLANES, planeOf, sidesOf, type VolumeHeader, voxelAt } from "./volume";

const header = (z: number, y: number, x: number): VolumeHeader => ({
  shape: [z, y, x],
  spacing: [3, 2, 1],
  modality: "CT",
  window: null,
  slab: 16,
  slope: 1,
  intercept: 0,
});

test("each plane shows each voxel exactly once", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom(...PLANES),
      fc.tuple(fc.constantFrom(1, -1), fc.constantFrom(1, -1), fc.constantFrom(1, -1)),
      (z, y, x, plane, [a, b, c]) => {
        const there = { ...header(z, y, x), direction: [a, 0, 0, 0, b, 0, 0, 0, c] };
        const { width, height, count } = planeOf(there, plane);
        const seen = new Set<number>();
        for (let i = 0; i < count; i++)
          for (let row = 0; row < height; row++)
            for (let column = 0; column < width; column++)
              seen.add(voxelAt(there, plane, i, column, row));
        expect(seen.size).toBe(z * y * x);
        expect(Math.min(...seen)).toBe(0);
        expect(Math.max(...seen)).toBe(z * y * x - 1);
      },
    ),
  );
});

test("the front is at the top and the right on the left, whichever way the axes run", () => {
  // As NIfTI usually has it: x to the right, y to the front (RAS).
  const ras = { ...header(2, 4, 4), direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] };
  expect(voxelAt(ras, "axial", 0, 0, 0)).toBe(3 + 4 * 3);
  expect(voxelAt(ras, "sagittal", 1, 0, 0)).toBe(1 + 4 * (3 + 4 * 1));
  // Stored from the head down.
  const down = { ...header(2, 4, 4), direction: [1, 0, 0, 0, 1, 0, 0, 0, -1] };
  expect(voxelAt(down, "coronal", 0, 0, 0)).toBe(0);
  // Axes that lie across another one are shown as they are stored.
  const across = { ...header(2, 4, 4), direction: [0, 0, 1, -1, 0, 0, 0, -1, 0] };
  expect(voxelAt(across, "axial", 0, 0, 0)).toBe(0);
});

test("the sides of the patient are named only where the axes lie straight", () => {
  const there = header(2, 4, 4);
  expect(sidesOf({ ...there, direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] }, "axial")).toBe("RLAP");
  expect(sidesOf({ ...there, direction: [0, 0, 1, -1, 0, 0, 0, -1, 0] }, "axial")).toBe("");
  expect(sidesOf(there, "axial")).toBe("");
});

test("coronal and sagittal planes have square pixels only by their spacing", () => {
  const there = header(10, 20, 30);
  expect(planeOf(there, "coronal")).toMatchObject({ stepX: 1, stepY: 3 });
  expect(planeOf(there, "sagittal")).toMatchObject({ stepX: 2, stepY: 3 });
});

test("the top row of a coronal plane is the head's end", () => {
  const there = header(10, 4, 4);
  expect(voxelAt(there, "coronal", 0, 0, 0)).toBe(9 * 16);
});

test("all slabs come once, the middle first", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 32 }),
      (depth, slab) => {
        const order = fromTheMiddle(depth, slab);
        expect(new Set(order).size).toBe(Math.ceil(depth / slab));
        expect(order[0]).toBe(Math.floor(depth / 2 / slab) * slab);
      },
    ),
  );
});
