import { brush } from "./brush";
import { eraser } from "./eraser";
import { freehand } from "./freehand";
import { grow } from "./grow";
import { livewire } from "./livewire";
import { polygon } from "./polygon";
import { scribble } from "./scribble";
import type { Tool } from "./tool";

/** The drawing tools of the desk, in the order in which they are shown. */
export const TOOLS: readonly Tool[] = [brush, eraser, polygon, freehand, livewire, grow, scribble];
