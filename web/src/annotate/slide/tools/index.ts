import { annotated } from "./annotated";
import { brush } from "./brush";
import { fields } from "./fields";
import { freehand } from "./freehand";
import { point } from "./point";
import { polygon } from "./polygon";
import { rectangle } from "./rectangle";
import { ruler } from "./ruler";
import { select } from "./select";
import type { SlideTool } from "./tool";
import { wand } from "./wand";

/** The tools of the slide workbench, in the order of the tool bar. */
export const TOOLS: readonly SlideTool[] = [
  select,
  polygon,
  freehand,
  brush,
  wand,
  rectangle,
  point,
  ruler,
  fields,
  annotated,
];
