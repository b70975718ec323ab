import fc from "fast-check";
import { expect, test } from "vitest";
import { apply, History, type Run, reversed, Stroke } from "./runs";

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
        const stroke = new Stroke(labels);
        for (const [voxel, label] of moves) stroke.set(voxel, label);
        apply(again, stroke.runs());
      }
      expect(again).toEqual(labels);
    }),
  );
});

test("undoing everything gives the empty slate, redoing everything the drawing", () => {
  fc.assert(
    fc.property(strokes, (all) => {
      const labels = new Uint8Array(64);
      const log: Run[][] = [];
      const history = new History(labels, (runs) => log.push(runs));
      for (const moves of all) {
        const stroke = new Stroke(labels);
        for (const [voxel, label] of moves) stroke.set(voxel, label);
        history.push(stroke.runs());
      }
      const drawn = labels.slice();
      while (history.canUndo) history.undo();
      expect(labels).toEqual(new Uint8Array(64));
      while (history.canRedo) history.redo();
      expect(labels).toEqual(drawn);
      const again = new Uint8Array(64);
      for (const runs of log) apply(again, runs);
      expect(again).toEqual(drawn);
    }),
  );
});

test("neighbours with the same change make one run", () => {
  const stroke = new Stroke(new Uint8Array(16));
  for (const voxel of [5, 3, 4, 9]) stroke.set(voxel, 2);
  expect(stroke.runs()).toEqual([
    { start: 3, length: 3, old: 0, new: 2 },
    { start: 9, length: 1, old: 0, new: 2 },
  ]);
});

test("a stroke that changes nothing is no stroke", () => {
  const log: Run[][] = [];
  const history = new History(new Uint8Array(4), (runs) => log.push(runs));
  history.push(new Stroke(new Uint8Array(4)).runs());
  expect([log.length, history.canUndo]).toEqual([0, false]);
});

test("a run turned round twice is itself", () => {
  const runs = [{ start: 1, length: 2, old: 0, new: 3 }];
  expect(reversed(reversed(runs))).toEqual(runs);
});
