import { expect, test } from "vitest";
import { Problem } from "../api";
import type { CrashCopy, Pending } from "./crash";
import { START, strokeHash } from "./hash";
import type { Run } from "./runs";
import { Saver, type Saving, toReplay } from "./saving";

const run = (start: number): Run[] => [{ group: "organs", start, length: 1, old: 0, new: 1 }];
const groups = ["organs"];

function memory(): CrashCopy & { kept: Map<number, Pending> } {
  const kept = new Map<number, Pending>();
  return {
    kept,
    keep: async (stroke) => void kept.set(stroke.seq, stroke),
    drop: async (_, seq) => void kept.delete(seq),
    all: async () => [...kept.values()],
  };
}

function saver(send: (stroke: Pending) => Promise<{ seq: number; hash: string }>) {
  const copy = memory();
  const said: Saving[] = [];
  const made = new Saver(
    "a",
    groups,
    { seq: 0, hash: START },
    send,
    copy,
    (state) => said.push(state),
    async () => undefined,
  );
  return { made, copy, said };
}

const server = async (stroke: Pending) => ({
  seq: stroke.seq,
  hash: await strokeHash("a", stroke.seq, stroke.previous, stroke.runs, groups),
});

test("strokes go one after the other, each naming the hash before it", async () => {
  const seen: Pending[] = [];
  const { made, copy } = saver(async (stroke) => {
    seen.push(stroke);
    return server(stroke);
  });
  await Promise.all([made.add(run(1), "draw"), made.add(run(2), "draw"), made.add(run(3), "draw")]);
  await made.settled();
  expect(seen.map((stroke) => stroke.seq)).toEqual([1, 2, 3]);
  expect(seen[1]?.previous).toBe(seen[0]?.hash);
  expect([made.state.waiting, copy.kept.size]).toEqual([0, 0]);
});

test("nothing counts as saved before the server's hash came back", async () => {
  let answer: (() => void) | undefined;
  const { made } = saver(async (stroke) => {
    await new Promise<void>((done) => {
      answer = done;
    });
    return server(stroke);
  });
  const added = made.add(run(1), "draw");
  await expect.poll(() => answer !== undefined).toBe(true);
  expect(made.state.saved).toBeNull();
  answer?.();
  await added;
  expect(made.state.saved?.seq).toBe(1);
});

test("a lost connection keeps the stroke and sends the same again", async () => {
  let tries = 0;
  const { made, copy, said } = saver(async (stroke) => {
    tries++;
    if (tries < 3) throw new TypeError("network");
    expect(copy.kept.size).toBe(1);
    return server(stroke);
  });
  await made.add(run(1), "draw");
  expect([tries, copy.kept.size, made.state.offline]).toEqual([3, 0, false]);
  expect(said.some((state) => state.offline)).toBe(true);
});

test("a refusal stops the window and keeps the crash copy", async () => {
  const { made, copy } = saver(async () => {
    throw new Problem(409, "lease_held", "elsewhere", "");
  });
  await made.add(run(1), "draw");
  await made.add(run(2), "draw");
  expect((made.state.refused as Problem).title).toBe("lease_held");
  expect(copy.kept.size).toBe(1);
});

test("another hash than this browser's is no save", async () => {
  const { made } = saver(async (stroke) => ({ seq: stroke.seq, hash: "f".repeat(64) }));
  await made.add(run(1), "draw");
  expect([made.state.saved, made.state.refused === null]).toEqual([null, false]);
});

async function chain(count: number): Promise<Pending[]> {
  const found: Pending[] = [];
  let previous = START;
  for (let seq = 1; seq <= count; seq++) {
    const hash = await strokeHash("a", seq, previous, run(seq), groups);
    found.push({ attempt: "a", seq, previous, hash, runs: run(seq), step: "draw" });
    previous = hash;
  }
  return found;
}

test("after a crash only what the server does not hold is played again", async () => {
  const kept = await chain(3);
  const first = kept[0] as Pending;
  const labels = new Uint8Array(8);
  labels[1] = 1;
  const found = toReplay(kept, { seq: 1, hash: first.hash }, { organs: labels });
  expect(found.replay.map((stroke) => stroke.runs)).toEqual([run(2), run(3)]);
  expect(found.stray).toEqual([]);
});

test("strokes that do not follow from what is saved are set aside, not played", async () => {
  const kept = await chain(2);
  const found = toReplay(kept, { seq: 1, hash: "e".repeat(64) }, { organs: new Uint8Array(8) });
  expect([found.replay.length, found.stray.length]).toEqual([0, 2]);
});
