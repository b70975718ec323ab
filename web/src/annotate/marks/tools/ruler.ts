import { IconRuler2 } from "@tabler/icons-react";
import { type MarkTool, moved } from "./tool";

/** The length between two places. */
export const ruler: MarkTool = {
  kind: "ruler",
  code: "KeyR",
  Icon: IconRuler2,
  clicks: 2,
  make: (clicked) => clicked,
  move: moved,
  lines: (points) => [points],
};
