import { IconPoint } from "@tabler/icons-react";
import type { SlideTool } from "./tool";

const SAME_PX = 4;

/** Mark one cell by one click; a drag moves the picture on. */
export const point: SlideTool = {
  name: "point",
  code: "KeyC",
  letter: "C",
  icon: IconPoint,
  settings: [],
  hold: (desk) => ({
    click: ({ place: [x, y] }) => {
      // A double click is one cell, not two.
      const near = desk.shapes.hit([x, y], SAME_PX / desk.scale(), (kind) => kind === "point");
      if (near?.key !== desk.term) desk.add("point", [[[x, y]]]);
    },
  }),
};
