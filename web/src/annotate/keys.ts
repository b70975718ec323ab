import { TOOLS } from "./tools";
import type { Tool } from "./tools/tool";

/** What a key does at the desk, by its place on the keyboard, whatever the input method. */
export type Act =
  | { kind: "tool"; tool: Tool | null }
  | { kind: "size"; by: number }
  | { kind: "label"; number: number }
  | { kind: "toggle"; setting: keyof typeof TOGGLES }
  | { kind: "undo" | "redo" | "help" | "end" | "cancel" | "back" };

interface Pressed {
  code: string;
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  isComposing: boolean;
}

/** The keys that switch a setting on and off; L keeps the other labels. */
export const TOGGLES = {
  deep: "KeyQ",
  range: "KeyC",
  subtract: "KeyA",
  keepOthers: "KeyL",
} as const;
export const WINDOW_CODE = "KeyW";

const plain: Record<string, Act> = {
  ...Object.fromEntries(TOOLS.map((tool) => [tool.code, { kind: "tool", tool }])),
  ...Object.fromEntries(
    Object.entries(TOGGLES).map(([setting, code]) => [code, { kind: "toggle", setting }]),
  ),
  [WINDOW_CODE]: { kind: "tool", tool: null },
  BracketLeft: { kind: "size", by: -1 },
  BracketRight: { kind: "size", by: 1 },
  Enter: { kind: "end" },
  NumpadEnter: { kind: "end" },
  Escape: { kind: "cancel" },
  Backspace: { kind: "back" },
};

// For whoever draws with the left hand and types with the right one. It is no pure mirror: the
// keys of the viewer (I, K, M, X) keep their place.
const PAIRS = ["BN", "EU", "PQ", "FJ", "TY", "GH", "SL", "WO"];
const mirror: Record<string, string> = {
  KeyC: "Comma",
  Comma: "KeyC",
  KeyA: "Semicolon",
  Semicolon: "KeyA",
  ...Object.fromEntries(
    PAIRS.flatMap(([left, right]) => [
      [`Key${left}`, `Key${right}`],
      [`Key${right}`, `Key${left}`],
    ]),
  ),
};

/** The place of a key for the other hand. */
export function mirrored(code: string): string {
  return mirror[code] ?? code;
}

/** The act of a key, or null; keys of a composition of kana are never acts. */
export function actOf(pressed: Pressed, left = false): Act | null {
  if (pressed.isComposing || pressed.altKey) return null;
  if (pressed.ctrlKey || pressed.metaKey) {
    if (pressed.code === "KeyZ") return { kind: pressed.shiftKey ? "redo" : "undo" };
    return pressed.code === "KeyY" ? { kind: "redo" } : null;
  }
  if (pressed.key === "?") return { kind: "help" };
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(pressed.code);
  if (digit && !pressed.shiftKey) return { kind: "label", number: Number(digit[1]) };
  // On a Japanese keyboard the brackets lie elsewhere: what they write counts as well.
  if (pressed.key === "[") return { kind: "size", by: -1 };
  if (pressed.key === "]") return { kind: "size", by: 1 };
  return plain[left ? mirrored(pressed.code) : pressed.code] ?? null;
}

/** How a key is written on the screen. */
export function keyName(code: string, left = false): string {
  const at = left ? mirrored(code) : code;
  return { Comma: ",", Semicolon: ";" }[at] ?? at.replace(/^Key/, "");
}
