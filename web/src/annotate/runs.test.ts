import fc from "fast-check";
import { expect, test } from "vitest";
import { apply, difference, follows, reversed, Stroke } from "./runs";

const strokes = fc.array(
  fc.array(fc.tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 3 })), {
    maxLength: 40,
  }),
  { maxLength: 8 },
);

test("the log of runs, played again, gives the same labels", () => {
  fc.assert(
    fc.property(strokes, (all) => {
      const labels = new Uint8Array(64);
      const again = new Uint8Array(64);
      for (const moves of all) {
        const stroke = new Stroke(labels, "organs");
        for (const [voxel, label] of moves) stroke.set(voxel, label);
        apply({ organs: again }, stroke.runs());
      }
      expect(again).toEqual(labels);
    }),
  );
});

test("neighbours with the same change make one run", () => {
  const stroke = new Stroke(new Uint8Array(16), "organs");
  for (const voxel of [5, 3, 4, 9]) stroke.set(voxel, 2);
  expect(stroke.runs()).toEqual([
    { group: "organs", start: 3, length: 3, old: 0, new: 2 },
    { group: "organs", start: 9, length: 1, old: 0, new: 2 },
  ]);
});

test("a run turned round twice is itself", () => {
  const runs = [{ group: "organs", start: 1, length: 2, old: 0, new: 3 }];
  expect(reversed(reversed(runs))).toEqual(runs);
});

test("the difference of two states, played on the first, gives the second", () => {
  const state = fc.uint8Array({ minLength: 32, maxLength: 32, max: 2 });
  fc.assert(
    fc.property(state, state, (before, after) => {
      const runs = difference("organs", before, after);
      expect(follows({ organs: before }, runs)).toBe(true);
      const played = before.slice();
      apply({ organs: played }, runs);
      expect(played).toEqual(after);
    }),
  );
});

test("runs that change something else than what is there do not follow", () => {
  const run = { group: "organs", start: 2, length: 2, old: 1, new: 3 };
  expect(follows({ organs: new Uint8Array(8).fill(1) }, [run])).toBe(true);
  expect(follows({ organs: new Uint8Array(8) }, [run])).toBe(false);
  expect(follows({ lesions: new Uint8Array(8).fill(1) }, [run])).toBe(false);
});

test("a locked stroke changes only the label that it may change", () => {
  const labels = new Uint8Array([0, 1, 2, 0]);
  const stroke = new Stroke(labels, "organs", 2);
  for (const voxel of [0, 1, 2, 3]) stroke.set(voxel, 0);
  expect([...labels]).toEqual([0, 1, 0, 0]);
});
