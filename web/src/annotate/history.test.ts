import fc from "fast-check";
import { expect, test } from "vitest";
import { History, MOST_RUNS, type Step, StepRefusedError } from "./history";
import { apply, type Run, Stroke } from "./runs";

type Did = { voxels: [number, number][] } | { step: "undo" | "redo" };

const acts = fc.array(
  fc.oneof(
    fc.record({
      voxels: fc.array(fc.tuple(fc.nat({ max: 31 }), fc.nat({ max: 3 })), { maxLength: 12 }),
    }),
    fc.record({ step: fc.constantFrom("undo" as const, "redo" as const) }),
  ),
  { maxLength: 25 },
) as fc.Arbitrary<Did[]>;

/** A desk and the server's log beside it. */
function desk(log: { runs: Run[]; step: Step }[] = []) {
  const labels = new Uint8Array(32);
  for (const { runs } of log) apply({ organs: labels }, runs);
  const fetched: number[] = [];
  const history = new History(
    { organs: labels },
    (runs, step) => log.push({ runs: structuredClone(runs), step }),
    async (seq) => {
      fetched.push(seq);
      return structuredClone(log[seq - 1]?.runs ?? []);
    },
  );
  history.rebuild(log.map(({ step }) => step));
  return { labels, history, log, fetched };
}

async function play(on: ReturnType<typeof desk>, did: readonly Did[]) {
  for (const act of did) {
    if ("step" in act) {
      await on.history[act.step]();
      continue;
    }
    const stroke = new Stroke(on.labels, "organs");
    for (const [voxel, label] of act.voxels) stroke.set(voxel, label);
    on.history.push(stroke.runs());
  }
}

test("undoing everything gives the empty slate, redoing everything the drawing", async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (did) => {
      const on = desk();
      await play(on, did);
      const drawn = on.labels.slice();
      while (on.history.canUndo) await on.history.undo();
      expect(on.labels).toEqual(new Uint8Array(32));
      const ahead = on.log.length;
      while (on.history.canRedo) await on.history.redo();
      // What had been undone before comes back as well, so play the log to compare.
      const again = new Uint8Array(32);
      for (const { runs } of on.log) apply({ organs: again }, runs);
      expect(on.labels).toEqual(again);
      expect(on.log.length).toBeGreaterThanOrEqual(ahead);
      if (!did.some((act) => "step" in act)) expect(on.labels).toEqual(drawn);
    }),
  );
});

test("after a reload each undo and redo does what it would have done without one", async () => {
  await fc.assert(
    fc.asyncProperty(acts, acts, async (before, after) => {
      const on = desk();
      await play(on, before);
      const reloaded = desk(structuredClone(on.log));
      expect(reloaded.labels).toEqual(on.labels);
      expect(reloaded.history.canUndo).toBe(on.history.canUndo);
      expect(reloaded.history.canRedo).toBe(on.history.canRedo);
      for (const act of after) {
        await play(on, [act]);
        await play(reloaded, [act]);
        expect(reloaded.labels).toEqual(on.labels);
      }
      expect(reloaded.log).toEqual(on.log);
    }),
  );
});

test("after a reload a stroke is fetched only when it is taken back, and once", async () => {
  const first = desk();
  await play(first, [{ voxels: [[1, 1]] }, { voxels: [[2, 1]] }, { voxels: [[3, 1]] }]);
  const on = desk(structuredClone(first.log));
  expect(on.fetched).toEqual([]);
  await on.history.undo();
  await on.history.redo();
  await on.history.undo();
  expect(on.fetched).toEqual([3]);
});

test("two quick presses take back two strokes, and nothing is drawn meanwhile", async () => {
  const first = desk();
  await play(first, [{ voxels: [[1, 1]] }, { voxels: [[2, 2]] }]);
  const on = desk(structuredClone(first.log));
  const both = [on.history.undo(), on.history.undo()];
  expect(on.history.busy).toBe(true);
  await Promise.all(both);
  expect([on.history.busy, on.history.canUndo]).toEqual([false, false]);
  expect(on.labels).toEqual(new Uint8Array(32));
});

test("an undo that was not saved before a crash is an undo again", async () => {
  const first = desk();
  await play(first, [{ voxels: [[1, 1]] }, { voxels: [[2, 2]] }]);
  const log = structuredClone(first.log);
  const back = (await first.history.undo()).slice();
  const on = desk(log);
  on.history.again(back, "undo");
  expect(on.labels).toEqual(first.labels);
  await on.history.redo();
  expect(on.labels[2]).toBe(2);
});

test("a lost connection or a stroke that does not fit leaves everything as it is", async () => {
  const first = desk();
  await play(first, [{ voxels: [[1, 1]] }]);
  const labels = first.labels.slice();
  const lost = new History(
    { organs: labels },
    () => undefined,
    () => Promise.reject(new TypeError("network")),
  );
  lost.rebuild(["draw"]);
  await expect(lost.undo()).rejects.toThrow("network");
  expect([lost.canUndo, lost.busy, labels[1]]).toEqual([true, false, 1]);
  const large = Array.from({ length: MOST_RUNS + 1 }, (_, n): Run => {
    return { group: "organs", start: n, length: 1, old: 0, new: 1 };
  });
  const huge = new History(
    { organs: labels },
    () => undefined,
    async () => large,
  );
  huge.rebuild(["draw"]);
  await expect(huge.undo()).rejects.toThrow(StepRefusedError);
  expect(labels[1]).toBe(1);
});

test("a stroke that changes nothing is no stroke", () => {
  const on = desk();
  on.history.push(new Stroke(on.labels, "organs").runs());
  expect([on.log.length, on.history.canUndo]).toEqual([0, false]);
});
