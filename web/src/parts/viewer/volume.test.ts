import fc from "fast-check";
import { expect, test } from "vitest";
import { fromTheMiddle, PLANES, planeOf, type VolumeHeader, voxelAt } from "./volume";

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
      (z, y, x, plane) => {
        const there = header(z, y, x);
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
