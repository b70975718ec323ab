import { IconScribble } from "@tabler/icons-react";
import { closeRing, crossesItself, type Vertex } from "../../polygons";
import { simplified } from "../trace";
import type { SlideTool } from "./tool";

/** Draw the outline in one drag; it closes itself at the end. */
export const freehand: SlideTool = {
  name: "freehand",
  code: "KeyF",
  letter: "F",
  icon: IconScribble,
  settings: [],
  hold: (desk) => {
    let places: Vertex[] = [];
    return {
      takes: () => true,
      down: ({ place }) => {
        places = [place];
      },
      move: ({ place }) => {
        places.push(place);
      },
      up: () => {
        const drawn = places;
        places = [];
        // Half a pixel of the screen is what a hand can mean.
        const ring = closeRing(simplified(drawn, 0.5 / desk.scale()), 2 / desk.scale(), desk.size);
        if (!ring) return desk.refuse("too_few");
        if (crossesItself(ring)) return desk.refuse("crosses");
        desk.add("polygon", [ring]);
      },
      cancel: () => {
        places = [];
      },
      sketch: () => (places.length ? { rings: [places] } : null),
    };
  },
};
