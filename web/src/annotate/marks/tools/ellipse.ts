import { IconOvalVertical } from "@tabler/icons-react";
import { along, dot, step } from "../vector";
import { type MarkTool, moved } from "./tool";

const CORNERS = 48;

/** The values in an ellipse, which fills the box between two corners. */
export const ellipse: MarkTool = {
  kind: "ellipse",
  code: "KeyO",
  Icon: IconOvalVertical,
  clicks: 2,
  make: (clicked) => clicked,
  move: moved,
  lines: ([a, b], { across, down }) => {
    if (!a || !b) return [];
    const [wide, high] = [dot(step(a, b), across) / 2, dot(step(a, b), down) / 2];
    const middle = along(a, step(a, b), 0.5);
    const ring = Array.from({ length: CORNERS + 1 }, (_, n) => {
      const turn = (2 * Math.PI * n) / CORNERS;
      return along(along(middle, across, wide * Math.cos(turn)), down, high * Math.sin(turn));
    });
    return [ring];
  },
};
