import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mmOf, type Triple } from "../../parts/viewer/space";
import { type VolumeHeader, VoxelStore } from "../../parts/viewer/volume";
import type { MarkKind } from "./mark";
import { measure } from "./measure";

interface Row {
  name: string;
  kind: MarkKind;
  /** Of voxels, as (z, y, x). */
  indices: [number, number, number][];
  values: Record<string, number>;
}

// The server measures by the same table: tests/annotate/test_phantom_marks.py.
const table: { header: Partial<VolumeHeader>; marks: Row[] } = JSON.parse(
  readFileSync("../tests/annotate/phantom_marks.json", "utf-8"),
);
const header = {
  modality: "CT",
  window: null,
  slab: 16,
  slope: 1,
  intercept: 0,
  ...table.header,
} as VolumeHeader;

function phantom(): VoxelStore {
  const store = new VoxelStore(header, async () => new ArrayBuffer(0));
  const [depth, height, width] = header.shape;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        store.voxels[x + width * (y + height * z)] = ((x * 7 + y * 13 + z * 29) % 301) - 150;
  store.loaded.fill(1);
  return store;
}

test.each(table.marks)("the browser gives the server's numbers: $name", (row) => {
  const points = row.indices.map(([z, y, x]) => mmOf(header, [x, y, z]));
  const found = measure(phantom(), { kind: row.kind, key: "x", points }) ?? {};
  expect(Object.keys(found).sort()).toEqual(Object.keys(row.values).sort());
  for (const [name, value] of Object.entries(row.values)) {
    expect(found[name], name).toBeCloseTo(value, 6);
  }
});

test("stored numbers become values by slope and intercept", () => {
  const store = phantom();
  const scaled = new VoxelStore({ ...header, slope: 0.5, intercept: -10 }, async () => {
    throw new Error("nothing is to be loaded");
  });
  scaled.voxels.set(store.voxels);
  scaled.loaded.fill(1);
  const points: Triple[] = [mmOf(header, [25, 20, 4])];
  const value = measure(store, { kind: "point", key: "x", points })?.value ?? Number.NaN;
  expect(measure(scaled, { kind: "point", key: "x", points })?.value).toBe(value * 0.5 - 10);
});

test("a region on a slice that has not come has no numbers yet", () => {
  const store = phantom();
  store.loaded[4] = 0;
  const points = [mmOf(header, [12, 10, 4]), mmOf(header, [38, 25, 4])];
  expect(measure(store, { kind: "ellipse", key: "x", points })).toBeNull();
});
