import { IconArrowUpLeft } from "@tabler/icons-react";
import { along, distance, dot, step } from "../vector";
import { type MarkTool, moved } from "./tool";

const HEAD_MM = 5;
const SLOPE = 0.4;

/** An arrow with a term of the vocabulary and a few words: its tip is clicked first. */
export const arrow: MarkTool = {
  kind: "arrow",
  code: "KeyW",
  Icon: IconArrowUpLeft,
  clicks: 2,
  make: (clicked) => clicked,
  move: moved,
  lines: ([tip, tail], { across, down }) => {
    if (!tip || !tail) return [];
    const way = step(tip, tail);
    const size = distance(tip, tail) || 1;
    const [x, y] = [dot(way, across) / size, dot(way, down) / size];
    const barb = (side: number) => {
      const back = along(tip, way, HEAD_MM / size);
      return along(along(back, across, -y * side * HEAD_MM), down, x * side * HEAD_MM);
    };
    return [
      [tip, tail],
      [barb(SLOPE), tip, barb(-SLOPE)],
    ];
  },
};
