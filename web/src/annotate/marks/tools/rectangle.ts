import { IconRectangle } from "@tabler/icons-react";
import { along, dot, step } from "../vector";
import { type MarkTool, moved } from "./tool";

/** The values in a rectangle between two corners. */
export const rectangle: MarkTool = {
  kind: "rectangle",
  code: "KeyQ",
  Icon: IconRectangle,
  clicks: 2,
  make: (clicked) => clicked,
  move: moved,
  lines: ([a, b], { across, down }) => {
    if (!a || !b) return [];
    const [wide, high] = [dot(step(a, b), across), dot(step(a, b), down)];
    return [[a, along(a, across, wide), b, along(a, down, high), a]];
  },
};
