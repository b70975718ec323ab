import { expect, test } from "vitest";
import { actOf, keyName, mirrored, TOGGLES, WINDOW_CODE } from "./keys";
import { TOOLS } from "./tools";
import { brush } from "./tools/brush";

const press = (code: string, more: object = {}) => ({
  code,
  key: "",
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  isComposing: false,
  ...more,
});

test("a key acts by its place, whatever the input method makes of it", () => {
  expect(actOf(press("KeyB", { key: "ｂ" }))).toEqual({ kind: "tool", tool: brush });
  expect(actOf(press("Digit3", { key: "３" }))).toEqual({ kind: "label", number: 3 });
});

test("a key of a composition does nothing", () => {
  expect(actOf(press("KeyB", { isComposing: true }))).toBeNull();
});

test("undo and redo take Ctrl or Command", () => {
  expect(actOf(press("KeyZ", { ctrlKey: true }))).toEqual({ kind: "undo" });
  expect(actOf(press("KeyZ", { metaKey: true, shiftKey: true }))).toEqual({ kind: "redo" });
  expect(actOf(press("KeyY", { ctrlKey: true }))).toEqual({ kind: "redo" });
  expect(actOf(press("KeyZ"))).toBeNull();
});

test("every tool and setting has a key of its own that no viewer key takes, for either hand", () => {
  const codes = [...TOOLS.map((tool) => tool.code), ...Object.values(TOGGLES), WINDOW_CODE];
  for (const all of [codes, codes.map(mirrored)]) {
    expect(new Set(all).size).toBe(codes.length);
    for (const taken of ["KeyI", "KeyK", "KeyM", "KeyX"]) expect(all).not.toContain(taken);
  }
});

test("the other hand's keys do the same, and the list names them", () => {
  expect(actOf(press("KeyN"), true)).toEqual({ kind: "tool", tool: brush });
  expect(actOf(press("KeyB"), true)).toBeNull();
  expect([keyName("KeyB"), keyName("KeyB", true), keyName("KeyC", true)]).toEqual(["B", "N", ","]);
});
