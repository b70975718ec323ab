import type { Icon } from "@tabler/icons-react";
import type { Vertex } from "../../polygons";
import type { Element, Kind, Ring } from "../element";
import type { Shapes } from "../shapes";

/** What a reader sets for the tools; sizes in pixels of the screen. */
export interface Settings {
  radius: number;
  tolerance: number;
  /** Area of a field of view, and how many of them a counting grid has. */
  field_mm2: number;
  columns: number;
  rows: number;
  subtract: boolean;
}

/** Pixels on the screen: RGBA by row, and where a pixel of it lies on the slide. */
export interface Shown {
  data: Uint8ClampedArray;
  width: number;
  height: number;
  toSlide: (x: number, y: number) => Vertex;
  toShown: (place: Vertex) => Vertex;
}

export type Refused = "too_few" | "crosses" | "no_scale" | "nothing_here" | "too_large";

/** What a tool may see and do; places are pixels of level 0. */
export interface Desk {
  readonly size: Vertex;
  readonly mpp: number | null;
  readonly term: string;
  readonly settings: Settings;
  readonly shapes: Shapes;
  readonly chosen: Element | null;
  /** Pixels of the screen per pixel of the slide. */
  scale: () => number;
  /** Add one element of the chosen class. */
  add: (kind: Kind, rings: Ring[]) => void;
  /** Write elements as one act that one undo takes back. */
  change: (elements: readonly Element[]) => void;
  choose: (id: string | null) => void;
  refuse: (code: Refused) => void;
  pixels: (around: Vertex, radius: number) => Shown | null;
}

export interface Pressed {
  place: Vertex;
  /** Take away instead of add, whatever the setting says. */
  alt: boolean;
}

/** What is under way, drawn over everything else. */
export interface Sketch {
  kind?: Kind;
  rings: readonly (readonly Vertex[])[];
  dots?: readonly Vertex[];
  /** A disc under the pointer, radius in pixels of the screen. */
  disc?: { at: Vertex; radius: number };
  words?: string;
}

/** One tool in one hand: what it does with clicks and drags, and what is under way. */
export interface Hand {
  /** Tell whether a drag from here is the tool's; else it moves the picture. */
  takes?: (pressed: Pressed) => boolean;
  down?: (pressed: Pressed) => void;
  move?: (pressed: Pressed) => void;
  up?: (pressed: Pressed) => void;
  hover?: (place: Vertex) => void;
  click?: (pressed: Pressed) => void;
  /** Double click or Enter. */
  finish?: () => void;
  cancel?: () => void;
  sketch?: () => Sketch | null;
}

export interface SlideTool {
  name: string;
  /** Place of its key on the keyboard, and what is printed on it. */
  code: string;
  letter: string;
  icon: Icon;
  settings: readonly ("radius" | "tolerance" | "field" | "subtract")[];
  hold: (desk: Desk) => Hand;
}
