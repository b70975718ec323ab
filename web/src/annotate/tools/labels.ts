import { Stroke } from "../runs";
import type { Ground, Range } from "./tool";

/** The bounds of a range in stored numbers; everything where there is none. */
export function storedRange({ store, settings }: Ground, range: Range | null = settings.range) {
  if (!range) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const { slope, intercept } = store.header;
  const ends = [(range.low - intercept) / slope, (range.high - intercept) / slope] as const;
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

/** A stroke on the chosen label's group; erasing takes away the chosen label alone. */
export function strokeOn({ canvas, term, settings }: Ground, erase: boolean): Stroke {
  const labels = canvas[term.group] ?? new Uint8Array(0);
  const only = erase ? term.number : settings.keepOthers ? 0 : undefined;
  return new Stroke(labels, term.group, only);
}
