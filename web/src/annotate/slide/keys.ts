import { TOOLS } from "./tools";
import type { SlideTool } from "./tools/tool";

export type Act =
  | { kind: "tool"; tool: SlideTool }
  | { kind: "label"; number: number }
  | { kind: "size"; by: number }
  | { kind: "undo" | "redo" | "help" | "cancel" | "finish" | "remove" };

type Pressed = Pick<
  KeyboardEvent,
  "code" | "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey" | "isComposing"
>;

const PLAIN: Record<string, Act> = {
  Escape: { kind: "cancel" },
  Enter: { kind: "finish" },
  Delete: { kind: "remove" },
  Backspace: { kind: "remove" },
};

/** What a key does on a slide, by its place on the keyboard; kana being composed do nothing. */
export function slideAct(pressed: Pressed): Act | null {
  if (pressed.isComposing || pressed.altKey) return null;
  if (pressed.ctrlKey || pressed.metaKey) {
    if (pressed.code === "KeyZ") return { kind: pressed.shiftKey ? "redo" : "undo" };
    return pressed.code === "KeyY" ? { kind: "redo" } : null;
  }
  if (pressed.key === "?") return { kind: "help" };
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(pressed.code);
  if (digit && !pressed.shiftKey) return { kind: "label", number: Number(digit[1]) };
  // On a Japanese keyboard the brackets lie elsewhere: what they write counts.
  if (pressed.key === "[") return { kind: "size", by: -1 };
  if (pressed.key === "]") return { kind: "size", by: 1 };
  const tool = TOOLS.find((one) => one.code === pressed.code);
  return tool ? { kind: "tool", tool } : (PLAIN[pressed.code] ?? null);
}
