import type { Triple } from "../../parts/viewer/space";

export type MarkKind =
  | "ruler"
  | "bidirectional"
  | "angle"
  | "ellipse"
  | "rectangle"
  | "point"
  | "arrow"
  | "class"
  | "slice_class";

/** Numbers by name; the unit stands in the name, or is the image's. */
export type Values = Record<string, number>;

/** What a mark is and where: places in mm of the patient, LPS. */
export interface Shape {
  kind: MarkKind;
  key: string;
  points: readonly Triple[];
}

/** A mark as the server keeps it: the newest revision counts. */
export interface Mark extends Shape {
  mark_id: string;
  revision: number;
  answer: string;
  text: string;
  values: Values;
  deleted: boolean;
}

/** What the browser has measured until the server's own numbers come. */
export function freshMark(id: string, shape: Shape, values: Values): Mark {
  return { mark_id: id, revision: 1, answer: "", text: "", deleted: false, ...shape, values };
}
