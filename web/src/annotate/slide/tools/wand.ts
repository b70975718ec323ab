import { IconWand } from "@tabler/icons-react";
import { crossesItself, type Vertex } from "../../polygons";
import { flood } from "../flood";
import { outerFirst, ringsOf, simplifiedRing } from "../trace";
import { join, regionAt } from "./joining";
import type { SlideTool } from "./tool";

const REACH_PX = 400;
const HOLE_PX = 30;
const LEAST_PX = 20;

/** Take what is coloured like the clicked pixel, as the screen shows it; Alt takes away. */
export const wand: SlideTool = {
  name: "wand",
  code: "KeyW",
  letter: "W",
  icon: IconWand,
  settings: ["tolerance", "subtract"],
  hold: (desk) => ({
    click: ({ place, alt }) => {
      const shown = desk.pixels(place, REACH_PX);
      if (!shown) return desk.refuse("nothing_here");
      const [x, y] = shown.toShown(place).map(Math.floor) as [number, number];
      const mask = flood(shown, [x, y], desk.settings.tolerance, HOLE_PX);
      if (mask.reduce((sum, one) => sum + one, 0) < LEAST_PX) return desk.refuse("nothing_here");
      const rings = outerFirst(ringsOf(mask, shown.width, shown.height)).map((ring) => {
        const smooth = simplifiedRing(ring, 0.75);
        const kept = smooth.length > 3 && !crossesItself(smooth) ? smooth : ring;
        return kept.map(([a, b]: Vertex) => [...shown.toSlide(a, b)] as [number, number]);
      });
      const subtract = desk.settings.subtract !== alt;
      const chosen = regionAt(desk, place);
      // A region elsewhere stays as it is: the wand begins a new one where none lies.
      const target = subtract || (chosen && desk.shapes.hit(place, 0)) ? chosen : null;
      join(desk, target, [rings], subtract);
    },
  }),
};
