import { IconGridDots } from "@tabler/icons-react";
import type { Vertex } from "../../polygons";
import { boxRing } from "../element";
import { sideOf } from "../fields";
import type { SlideTool } from "./tool";

/** Lay a grid of fields of view around a click: cells or mitoses are counted in each. */
export const fields: SlideTool = {
  name: "fields",
  code: "KeyG",
  letter: "G",
  icon: IconGridDots,
  settings: ["field"],
  hold: (desk) => {
    let pointer: Vertex | null = null;
    const box = ([x, y]: Vertex) => {
      const { field_mm2, columns, rows } = desk.settings;
      const side = sideOf(field_mm2, desk.mpp ?? 1);
      const [wide, high] = [columns * side, rows * side];
      // Whole fields on the slide: the grid moves in from the edge, it is never cut.
      const left = Math.max(0, Math.min(desk.size[0] - wide, x - wide / 2));
      const top = Math.max(0, Math.min(desk.size[1] - high, y - high / 2));
      return boxRing([left, top], [left + wide, top + high]);
    };
    return {
      hover: (place) => {
        pointer = place;
      },
      click: ({ place }) => {
        if (!desk.mpp) return desk.refuse("no_scale");
        const ring = box(place);
        const [right, bottom] = ring[2] as Vertex;
        if (right > desk.size[0] || bottom > desk.size[1]) return desk.refuse("too_large");
        desk.add("annotated", [ring]);
      },
      sketch: () => (pointer && desk.mpp ? { kind: "annotated", rings: [box(pointer)] } : null),
    };
  },
};
