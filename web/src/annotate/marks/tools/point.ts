import { IconPoint } from "@tabler/icons-react";
import { type MarkTool, moved } from "./tool";

/** One place and the value there. */
export const point: MarkTool = {
  kind: "point",
  code: "KeyP",
  Icon: IconPoint,
  clicks: 1,
  make: (clicked) => clicked,
  move: moved,
  lines: () => [],
};
