import { beforeEach, expect, test, vi } from "vitest";
import { unsent } from "./unsent";

interface Thing {
  id: string;
  revision: number;
}
const things = unsent<Thing>("things", (one) => one.id);
const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});

test("what waits is found again by its own attempt alone, and nothing is left once sent", () => {
  things.keep("one", [{ id: "a", revision: 2 }]);
  expect(things.read("one")).toEqual([{ id: "a", revision: 2 }]);
  expect(things.read("two")).toEqual([]);
  things.keep("one", []);
  expect([things.read("one"), kept.size]).toEqual([[], 0]);
});

test("only what follows the server's revision goes on, in order", () => {
  const waiting = [
    { id: "a", revision: 2 },
    { id: "a", revision: 3 },
    { id: "b", revision: 5 },
    { id: "c", revision: 1 },
  ];
  const known: Record<string, number> = { a: 1, b: 3 };
  expect(things.toReplay(waiting, (id) => known[id] ?? 0)).toEqual([
    { id: "a", revision: 2 },
    { id: "a", revision: 3 },
    { id: "c", revision: 1 },
  ]);
});

test("a browser that keeps nothing loses nothing of what is sent", () => {
  vi.stubGlobal("localStorage", undefined);
  things.keep("one", [{ id: "a", revision: 1 }]);
  expect(things.read("one")).toEqual([]);
});
