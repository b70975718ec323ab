import { IconAngle } from "@tabler/icons-react";
import { type MarkTool, moved } from "./tool";

/** The angle at the second of three places. */
export const angle: MarkTool = {
  kind: "angle",
  code: "KeyA",
  Icon: IconAngle,
  clicks: 3,
  make: (clicked) => clicked,
  move: moved,
  lines: (points) => [points],
};
