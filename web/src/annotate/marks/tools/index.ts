import { angle } from "./angle";
import { arrow } from "./arrow";
import { bidirectional } from "./bidirectional";
import { ellipse } from "./ellipse";
import { point } from "./point";
import { rectangle } from "./rectangle";
import { ruler } from "./ruler";
import type { MarkTool } from "./tool";

/** The measuring tools of the desk, in the order in which they are shown. */
export const MARK_TOOLS: readonly MarkTool[] = [
  ruler,
  bidirectional,
  angle,
  ellipse,
  rectangle,
  point,
  arrow,
];

/** The tool of a kind of mark; answers have none. */
export function toolOf(kind: string): MarkTool | undefined {
  return MARK_TOOLS.find((tool) => tool.kind === kind);
}
