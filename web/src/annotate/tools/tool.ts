import type { Icon } from "@tabler/icons-react";
import type { Rect } from "../../parts/viewer/paint";
import type { Plane, VoxelStore } from "../../parts/viewer/volume";
import type { Canvas, Stroke } from "../runs";
import type { Term } from "../types";

/** A place on a plane, in voxels with fractions. */
export interface Point {
  column: number;
  row: number;
}

/** A place under the pointer; `pressure` is 1 for everything but a pen. */
export interface Spot extends Point {
  plane: Plane;
  index: number;
  voxel: number;
  pressure: number;
}

/** Bounds of shown values, such as HU; both belong to it. */
export interface Range {
  low: number;
  high: number;
}

/** What a reader has set; a tool lists those that it heeds. */
export interface Settings {
  /** Of brush, eraser and scribble, in mm. */
  radius: number;
  /** Reach through slices: a sphere instead of a disc, a volume instead of an area. */
  deep: boolean;
  /** Change only voxels whose value lies inside. */
  range: Range | null;
  /** How far from the value under the pointer a region may grow, in shown values. */
  tolerance: number;
  /** Take away what is outlined, or scribble what does not belong. */
  subtract: boolean;
  /** Leave the other labels of the group as they are. */
  keepOthers: boolean;
}

export type SettingName = Exclude<keyof Settings, "keepOthers">;

/** What a tool works on. */
export interface Ground {
  canvas: Canvas;
  store: VoxelStore;
  term: Term;
  settings: Settings;
  /** Marks that are no labels, one byte per voxel: 1 belongs to it, 2 does not. */
  scribbles: Uint8Array;
}

/** An outline under way, as it is shown over the picture. */
export interface Path {
  plane: Plane;
  index: number;
  points: readonly Point[];
}

/** One use of a tool, from its first press until it is done. */
export interface Work {
  /** What has changed so far; taken back when the reader cancels. */
  readonly stroke: Stroke;
  /** A press after the first one, for tools of several clicks. */
  press?: (spot: Spot) => void;
  /** The pointer moved, `held` down or not; returns what part of the plane changed. */
  move: (spots: readonly Spot[], held: boolean) => Rect | null;
  /** The pointer was released; true when the work is done by that. */
  release: () => boolean;
  /** Do what remains when the reader ends it, such as to fill the outline. */
  end?: () => void;
  /** Take back the last point; false when none is left. */
  back?: () => boolean;
  path?: () => Path | null;
  /** Why nothing was drawn. */
  refused?: "too_large" | "not_loaded";
}

/** A drawing tool: what it is called, its key, what it heeds, and how it begins. */
export interface Tool {
  /** Named and explained in the words of the desk: `annotate.tool.{name}`. */
  name: string;
  /** Its place on the keyboard, as `KeyboardEvent.code`. */
  code: string;
  Icon: Icon;
  settings: readonly SettingName[];
  /** A ring of the brush's size instead of a cross under the pointer. */
  ring: boolean;
  /** What it draws goes to the scribbles, not to the labels. */
  scribbles?: boolean;
  begin: (ground: Ground, spot: Spot) => Work;
}
