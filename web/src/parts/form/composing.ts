import type { KeyboardEvent } from "react";

/** Whether a key belongs to an input method: Enter then chooses a word and sends nothing. */
export function isComposing({ nativeEvent }: KeyboardEvent): boolean {
  // Safari ends the composition before it tells of the key; only its code 229 is left.
  return nativeEvent.isComposing || nativeEvent.keyCode === 229;
}
