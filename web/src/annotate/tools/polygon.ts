import { IconPolygon } from "@tabler/icons-react";
import { outlining } from "./inside";
import type { Point, Tool } from "./tool";

export const polygon: Tool = {
  name: "polygon",
  code: "KeyP",
  Icon: IconPolygon,
  settings: ["subtract", "range"],
  ring: false,
  begin: (ground, { plane, index, column, row }) => {
    const { stroke, fill } = outlining(ground);
    const corners: Point[] = [{ column, row }];
    let under: Point = { column, row };
    return {
      stroke,
      press: (spot) => corners.push({ column: spot.column, row: spot.row }),
      move: (spots) => {
        under = spots.at(-1) ?? under;
        return null;
      },
      release: () => false,
      end: () => fill({ plane, index, points: corners }),
      back: () => {
        corners.pop();
        return corners.length > 0;
      },
      path: () => ({ plane, index, points: [...corners, under] }),
    };
  },
};
