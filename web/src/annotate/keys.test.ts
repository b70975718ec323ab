import { expect, test } from "vitest";
import { actOf } from "./keys";

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
  expect(actOf(press("KeyB", { key: "ｂ" }))).toEqual({ kind: "tool", tool: "brush" });
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

test("brackets of a Japanese keyboard size the brush", () => {
  expect(actOf(press("Backslash", { key: "]" }))).toEqual({ kind: "size", by: 1 });
});
