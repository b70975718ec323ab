/** What a key does in a viewer, by its place on the keyboard, whatever the input method. */
export type ViewAct =
  | { kind: "window"; number: number }
  | { kind: "cross" | "invert" | "cine" | "layout" };

interface Pressed {
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  isComposing: boolean;
}

const plain: Record<string, ViewAct> = {
  KeyX: { kind: "cross" },
  KeyI: { kind: "invert" },
  KeyK: { kind: "cine" },
  KeyM: { kind: "layout" },
};

/** The act of a key, or null; keys of a composition of kana are never acts. */
export function viewActOf(pressed: Pressed): ViewAct | null {
  if (pressed.isComposing || pressed.altKey || pressed.ctrlKey || pressed.metaKey) return null;
  const digit = /^Digit([1-9])$/.exec(pressed.code);
  if (digit && pressed.shiftKey) return { kind: "window", number: Number(digit[1]) };
  return pressed.shiftKey ? null : (plain[pressed.code] ?? null);
}
