import type { KeyboardEvent } from "react";
import { actOf, type TOGGLES } from "./keys";
import type { Term } from "./types";
import type { Drawing } from "./useDrawing";

const SIZES = [1, 2, 3, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40];

interface Desk {
  drawing: Drawing;
  terms: readonly Term[];
  left: boolean;
  /** The bounds that a value range begins with. */
  range: { low: number; high: number };
  choose: (key: string) => void;
  step: (which: "undo" | "redo") => void;
  help: () => void;
}

/** What the keys of the desk do, and the same acts for the buttons. */
export function useDeskKeys({ drawing, terms, left, range, choose, step, help }: Desk) {
  const { settings, set } = drawing;
  const resize = (by: number) => {
    const at = SIZES.indexOf(settings.radius) + by;
    set({ radius: SIZES[Math.min(SIZES.length - 1, Math.max(0, at))] ?? settings.radius });
  };
  const toggle = (name: keyof typeof TOGGLES) => {
    if (name === "range") set({ range: settings.range ? null : range });
    else set({ [name]: !settings[name] });
  };
  const press = (event: KeyboardEvent) => {
    const typing = (event.target as HTMLElement).closest("input:not([type=range]),textarea,select");
    const act = typing ? null : actOf(pressedOf(event), left);
    const onButton = (event.target as HTMLElement).closest("button,a");
    // Enter and Backspace belong to whatever button has the focus.
    if (!act || (onButton && (act.kind === "end" || act.kind === "back"))) return;
    event.preventDefault();
    if (act.kind === "tool") drawing.choose(act.tool);
    else if (act.kind === "size") resize(act.by);
    else if (act.kind === "toggle") toggle(act.setting);
    else if (act.kind === "help") help();
    else if (act.kind === "label") choose(terms[act.number - 1]?.key ?? "");
    else if (act.kind === "end") drawing.end();
    else if (act.kind === "cancel") drawing.cancel();
    else if (act.kind === "back") drawing.back();
    else step(act.kind);
  };
  return { press, resize, toggle };
}

function pressedOf(event: KeyboardEvent) {
  const { code, key, ctrlKey, metaKey, shiftKey, altKey } = event;
  const { isComposing } = event.nativeEvent;
  return { code, key, ctrlKey, metaKey, shiftKey, altKey, isComposing };
}
