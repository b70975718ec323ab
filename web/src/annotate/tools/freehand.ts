import { IconLasso } from "@tabler/icons-react";
import { outlining } from "./inside";
import type { Point, Tool } from "./tool";

export const freehand: Tool = {
  name: "freehand",
  code: "KeyF",
  Icon: IconLasso,
  settings: ["subtract", "range"],
  ring: false,
  begin: (ground, { plane, index, column, row }) => {
    const { stroke, fill } = outlining(ground);
    const points: Point[] = [{ column, row }];
    return {
      stroke,
      move: (spots, held) => {
        if (held) points.push(...spots.map((spot) => ({ column: spot.column, row: spot.row })));
        return null;
      },
      release: () => true,
      end: () => fill({ plane, index, points }),
      path: () => ({ plane, index, points }),
    };
  },
};
