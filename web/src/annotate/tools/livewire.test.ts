import { expect, test } from "vitest";
import type { VoxelStore } from "../../parts/viewer/volume";
import { count, groundOf, spot } from "./ground.fixture";
import { livewire, wireFrom } from "./livewire";
import { costs, waysFrom, wayTo } from "./wire";

const DISC = (_: number, y: number, x: number) =>
  (Math.hypot(y - 32, x - 32) <= 18 ? 80 : -60) + (((x * 7 + y * 13) % 11) - 5);
const onEdge = (angle: number) => spot(32 + 18 * Math.cos(angle), 32 + 18 * Math.sin(angle));

test("four clicks on the edge outline the disc", () => {
  const ground = groundOf(DISC);
  const work = livewire.begin(ground, onEdge(0));
  for (const quarter of [1, 2, 3]) work.press?.(onEdge((quarter * Math.PI) / 2));
  work.end?.();
  let both = 0;
  let truth = 0;
  for (let y = 0; y < 64; y++)
    for (let x = 0; x < 64; x++) {
      const inside = Math.hypot(y - 32, x - 32) <= 18;
      truth += inside ? 1 : 0;
      both += inside && ground.labels[4096 + y * 64 + x] === 1 ? 1 : 0;
    }
  expect((2 * both) / (truth + count(ground.labels))).toBeGreaterThan(0.95);
});

test("the way is as cheap as Bellman and Ford find it", () => {
  const size = 14;
  const values = Float32Array.from({ length: size * size }, (_, at) => (at * 7919) % 97);
  const cost = costs({ values, width: size, height: size });
  const before = waysFrom(cost, size, size, 0);
  const far = new Float64Array(size * size).fill(Number.POSITIVE_INFINITY);
  far[0] = 0;
  for (let round = 0; round < size * size; round++)
    for (let at = 0; at < far.length; at++)
      for (const down of [-1, 0, 1])
        for (const right of [-1, 0, 1]) {
          const [y, x] = [Math.floor(at / size) + down, (at % size) + right];
          if (x < 0 || y < 0 || x >= size || y >= size || (!right && !down)) continue;
          const next = y * size + x;
          const there = (far[at] ?? 0) + (cost[next] ?? 0) * Math.hypot(right, down);
          if (there < (far[next] ?? 0) - 1e-9) far[next] = there;
        }
  for (const end of [13, 91, 195]) {
    const way = wayTo(before, end);
    const length = way.slice(1).reduce((sum, at, n) => {
      const from = way[n] as number;
      const step = Math.hypot(
        (at % size) - (from % size),
        Math.floor(at / size) - Math.floor(from / size),
      );
      return sum + (cost[at] ?? 0) * step;
    }, 0);
    expect(length).toBeCloseTo(far[end] ?? 0, 6);
  }
});

test("the wire follows the pointer within a frame", () => {
  const size = 512;
  const voxels = Int16Array.from({ length: size * size }, (_, at) => (at * 7919) % 400);
  const header = {
    shape: [1, size, size] as [number, number, number],
    spacing: [1, 1, 1] as [number, number, number],
    modality: "CT",
    window: null,
    slab: 16,
    slope: 1,
    intercept: 0,
  };
  const store = { header, voxels } as unknown as VoxelStore;
  const wire = wireFrom(store, { ...spot(256, 256, 0), voxel: 0 });
  const began = performance.now();
  for (let n = 0; n < 50; n++) wire({ column: 200 + n, row: 330 });
  expect((performance.now() - began) / 50).toBeLessThan(16);
});
