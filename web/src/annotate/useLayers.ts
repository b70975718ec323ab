import { useMemo } from "react";
import type { Colour } from "../parts/viewer/paint";
import type { Scribbles } from "./scribbles";
import type { Vocabulary } from "./types";
import type { Reading } from "./useReading";
import { coloursOf } from "./words";

// What belongs to the label and what does not: green and red are told apart by lightness too.
const SCRIBBLED: readonly (Colour | undefined)[] = [undefined, [140, 233, 154], [201, 42, 42]];
const OPACITY = 0.32;

/** What the viewer paints over the picture: a layer for each group, and the scribbles. */
export function useLayers(reading: Reading | null, words: Vocabulary, scribbles: Scribbles | null) {
  return useMemo(() => {
    const colours = coloursOf(words);
    const groups = words.groups.map((group) => ({
      labels: reading?.canvas[group] ?? new Uint8Array(0),
      colours,
      opacity: OPACITY,
    }));
    if (!scribbles) return groups;
    return [...groups, { labels: scribbles.marks, colours: SCRIBBLED, opacity: 1 }];
  }, [reading, words, scribbles]);
}
