import fc from "fast-check";
import { expect, test } from "vitest";
import { acquired } from "./axes";
import { frameOf } from "./frame";
import { paintFused } from "./fused";
import { crossing, indexAt, indexOf, mmOf, onPlane, type Triple } from "./space";
import { PLANES, planeOf, type VolumeHeader, VoxelStore, voxelAt } from "./volume";
import { greyTable } from "./window";
import { WHOLE, zoomed } from "./zoom";

/** The matrix of turns about x, y and z, and of a mirror of the last axis. */
function direction(a: number, b: number, c: number, mirror: boolean): number[] {
  const [ca, sa, cb, sb, cc, sc] = [a, b, c].flatMap((n) => [Math.cos(n), Math.sin(n)]) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const m = mirror ? -1 : 1;
  return [
    [cb * cc, sa * sb * cc - ca * sc, m * (ca * sb * cc + sa * sc)],
    [cb * sc, sa * sb * sc + ca * cc, m * (ca * sb * sc - sa * cc)],
    [-sb, sa * cb, m * (ca * cb)],
  ].flat();
}

const plain: VolumeHeader = {
  shape: [20, 30, 40],
  spacing: [3, 0.7, 0.5],
  origin: [-12, 7, 100],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  modality: "CT",
  window: null,
  slab: 16,
  slope: 1,
  intercept: 0,
};
const turns = fc.double({ min: -3.1, max: 3.1, noNaN: true });
const oblique = fc
  .tuple(turns, turns, turns, fc.boolean())
  .map((all): VolumeHeader => ({ ...plain, direction: direction(...all) }));
const voxel = fc.tuple(
  fc.integer({ min: 0, max: 39 }),
  fc.integer({ min: 0, max: 29 }),
  fc.integer({ min: 0, max: 19 }),
);

test("an index goes to the patient and back, however oblique, uneven or mirrored", () => {
  fc.assert(
    fc.property(oblique, voxel, (header, at) => {
      const back = indexOf(header, mmOf(header, at));
      for (const axis of [0, 1, 2] as const) expect(back[axis]).toBeCloseTo(at[axis], 6);
    }),
  );
});

test("a step along an axis is its spacing in mm", () => {
  fc.assert(
    fc.property(oblique, (header) => {
      const [o, x, z] = [mmOf(header, [0, 0, 0]), mmOf(header, [1, 0, 0]), mmOf(header, [0, 0, 1])];
      expect(Math.hypot(x[0] - o[0], x[1] - o[1], x[2] - o[2])).toBeCloseTo(0.5, 6);
      expect(Math.hypot(z[0] - o[0], z[1] - o[1], z[2] - o[2])).toBeCloseTo(3, 6);
    }),
  );
});

test("a voxel's pixel on every plane is the pixel that shows it", () => {
  fc.assert(
    fc.property(oblique, voxel, fc.constantFrom(...PLANES), (header, at, plane) => {
      const { depth } = onPlane(header, plane, 0, at);
      const { column, row } = onPlane(header, plane, depth, at);
      const shown = voxelAt(header, plane, depth, column, row);
      expect(shown).toBe(at[0] + 40 * (at[1] + 30 * at[2]));
      expect(indexAt(header, plane, depth, column, row)).toEqual(at);
    }),
  );
});

test("the picture runs to the patient's left or back, and down or to the back", () => {
  fc.assert(
    fc.property(oblique, (header) => {
      for (const plane of PLANES) {
        const o = mmOf(header, indexAt(header, plane, 0, 0, 0));
        const right = mmOf(header, indexAt(header, plane, 0, 1, 0));
        const below = mmOf(header, indexAt(header, plane, 0, 0, 1));
        const across = plane === "sagittal" ? 1 : 0;
        expect(right[across] - o[across]).toBeGreaterThan(-1e-9);
        if (plane === "axial") expect(below[1] - o[1]).toBeGreaterThan(-1e-9);
        else expect(below[2] - o[2]).toBeLessThan(1e-9);
      }
    }),
  );
});

test("the screen goes to a voxel and back, zoomed and moved, with true proportions", () => {
  fc.assert(
    fc.property(oblique, voxel, fc.constantFrom(...PLANES), (header, at, plane) => {
      const zoom = zoomed(WHOLE, 3, 40, -20);
      const { depth } = onPlane(header, plane, 0, at);
      const frame = frameOf(header, plane, depth, { width: 640, height: 400 }, zoom);
      const { x, y } = frame.toScreen(at);
      const back = frame.toVoxel(x, y);
      for (const axis of [0, 1, 2] as const) expect(back[axis]).toBeCloseTo(at[axis], 6);
      const size = planeOf(header, plane);
      const ratio = (size.width * size.stepX) / (size.height * size.stepY);
      expect(frame.picture.width / frame.picture.height).toBeCloseTo(ratio, 9);
    }),
  );
});

test("zooming keeps the place under the pointer, and ends as it began", () => {
  const once = zoomed(WHOLE, 2, 100, 50);
  // What lay at 100 px from the middle was at 100 / 1 of the picture and is now at (100 - x) / 2.
  expect((100 - once.x) / once.scale).toBe(100);
  expect(zoomed(once, 0.5, -30, 8)).toEqual(WHOLE);
});

test("the plane in which a stack was acquired is found by its normal", () => {
  expect(acquired(plain)).toBe("axial");
  expect(acquired({ ...plain, direction: [0, 0, 1, -1, 0, 0, 0, -1, 0] })).toBe("sagittal");
  expect(acquired({ ...plain, direction: [1, 0, 0, 0, 0, 1, 0, -1, 0] })).toBe("coronal");
});

test("a coronal plane crosses an axial one in a level line, at its own height", () => {
  const line = crossing(
    { header: plain, plane: "axial", slice: 5 },
    { header: plain, plane: "coronal", slice: 12 },
  );
  expect(line?.map(({ row }) => row)).toEqual([expect.closeTo(12, 9), expect.closeTo(12, 9)]);
  const far = { ...plain, origin: [-12, 7, 500] };
  expect(
    crossing(
      { header: plain, plane: "axial", slice: 5 },
      { header: far, plane: "coronal", slice: 1 },
    ),
  ).toBeNull();
});

test("a second volume lies over the first where the patient is, whatever its grid", async () => {
  // A coarser grid, turned by a quarter about the body's axis and mirrored along it.
  const other: VolumeHeader = {
    ...plain,
    shape: [60, 12, 15],
    spacing: [1, 2, 1.5],
    direction: [0, 1, 0, 1, 0, 0, 0, 0, -1],
    origin: [-12, 7, 157],
  };
  const lit: Triple = [6, 4, 42];
  const buffer = new Int16Array(60 * 12 * 15);
  buffer[lit[0] + 15 * (lit[1] + 12 * lit[2])] = 1000;
  const store = new VoxelStore({ ...other, slab: 60 }, async () => buffer.buffer);
  await store.need(0);
  const mm = mmOf(other, lit);
  const at = indexOf(plain, mm);
  const slice = Math.round(at[2]);
  const { width, height } = planeOf(plain, "axial");
  const pixels = new Uint32Array(width * height).fill(0xff000000);
  const fused = {
    store,
    table: greyTable({ centre: 500, width: 1000 }),
    opacity: 1,
    offset: [0, 0, 0] as const,
    version: 0,
  };
  const part = { left: 0, top: 0, right: width, bottom: height };
  paintFused(pixels, plain, "axial", slice, fused, part);
  const bright = [...pixels.keys()].filter((n) => ((pixels[n] ?? 0) & 255) > 200);
  expect(bright.length).toBeGreaterThan(0);
  for (const n of bright) {
    const place = mmOf(plain, indexAt(plain, "axial", slice, n % width, Math.floor(n / width)));
    expect(Math.abs(place[0] - mm[0])).toBeLessThanOrEqual(1.01);
    expect(Math.abs(place[1] - mm[1])).toBeLessThanOrEqual(0.76);
  }
  // Each of its voxels is 2 × 1.5 mm: as many pixels of 0.5 × 0.7 mm as that area holds.
  expect(bright.length * 0.35).toBeGreaterThan(2);
  expect(bright.length * 0.35).toBeLessThan(4.2);
});
