/** What a key does at the desk, by its place on the keyboard, whatever the input method. */
export type Act =
  | { kind: "tool"; tool: "brush" | "erase" | "window" }
  | { kind: "size"; by: number }
  | { kind: "label"; number: number }
  | { kind: "undo" | "redo" | "help" | "lock" };

interface Pressed {
  code: string;
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  isComposing: boolean;
}

const plain: Record<string, Act> = {
  KeyB: { kind: "tool", tool: "brush" },
  KeyE: { kind: "tool", tool: "erase" },
  KeyW: { kind: "tool", tool: "window" },
  KeyL: { kind: "lock" },
  BracketLeft: { kind: "size", by: -1 },
  BracketRight: { kind: "size", by: 1 },
};

/** The act of a key, or null; keys of a composition of kana are never acts. */
export function actOf(pressed: Pressed): Act | null {
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
  return plain[pressed.code] ?? null;
}
