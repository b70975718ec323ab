import fc from "fast-check";
import { expect, test } from "vitest";
import { sidesOf } from "./axes";
import { nearestFirst, PLANES, planeOf, type VolumeHeader, VoxelStore, voxelAt } from "./volume";

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
});

test("a stack acquired from the side is laid out by the patient, not by its indices", () => {
  // x runs to the front, y to the feet, z to the left, as a sagittal MR is stored.
  const side = { ...header(5, 4, 3), direction: [0, 0, 1, -1, 0, 0, 0, -1, 0] };
  expect(planeOf(side, "axial")).toMatchObject({ width: 5, height: 3, count: 4, stepX: 3 });
  expect(planeOf(side, "sagittal")).toMatchObject({ width: 3, height: 4, count: 5 });
  // The front is at the top: the end of x.
  expect(voxelAt(side, "axial", 0, 0, 0)).toBe(2);
  expect(voxelAt(side, "axial", 1, 1, 0)).toBe(2 + 3 * (1 + 4 * 1));
  // The head is at the top and the front on the left.
  expect(voxelAt(side, "sagittal", 2, 0, 0)).toBe(2 + 3 * (0 + 4 * 2));
  expect(sidesOf(side, "axial")).toEqual(["R", "L", "A", "P"]);
  expect(sidesOf(side, "sagittal")).toEqual(["A", "P", "H", "F"]);
});

test("the sides of the patient are named by the direction cosines, two letters where they lean", () => {
  const there = header(2, 4, 4);
  const ras = { ...there, direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] };
  expect(sidesOf(ras, "axial")).toEqual(["R", "L", "A", "P"]);
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  // Turned by 30° about the long axis of the body.
  const leaning = { ...there, direction: [c, -s, 0, s, c, 0, 0, 0, 1] };
  expect(sidesOf(leaning, "axial")).toEqual(["RA", "LP", "AL", "PR"]);
  expect(sidesOf(there, "axial")).toEqual([]);
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

test("all slabs come once, those near the reader's slice first", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 32 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (depth, slab, share) => {
        const near = Math.floor(depth * share);
        const order = nearestFirst(depth, slab, near);
        expect(new Set(order).size).toBe(Math.ceil(depth / slab));
        expect(order[0]).toBe(Math.floor(near / slab) * slab);
      },
    ),
  );
});

test("loading follows the reader who turns elsewhere, and a broken line is tried again", async () => {
  const asked: number[] = [];
  let broken = true;
  const there = { ...header(160, 2, 2), slab: 16 };
  const store: VoxelStore = new VoxelStore(there, async (first) => {
    asked.push(first);
    if (asked.length === 3) store.near = 159;
    if (first === 144 && broken) {
      broken = false;
      throw new Error("the line is down");
    }
    return new Int16Array(16 * 4).fill(first).buffer;
  });
  expect(store.complete).toBe(false);
  await store.all(() => undefined, new AbortController().signal);
  expect(asked[0]).toBe(80);
  expect(asked.slice(2, 6)).toContain(144);
  expect(store.complete).toBe(true);
  expect(store.voxels[150 * 4]).toBe(144);
});
