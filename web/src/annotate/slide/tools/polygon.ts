import { IconPolygon } from "@tabler/icons-react";
import { closeRing, crossesItself, type Vertex } from "../../polygons";
import type { SlideTool } from "./tool";

const NEAR_PX = 3;

/** Click vertex after vertex; a double click or Enter closes the ring. */
export const polygon: SlideTool = {
  name: "polygon",
  code: "KeyP",
  letter: "P",
  icon: IconPolygon,
  settings: [],
  hold: (desk) => {
    let places: Vertex[] = [];
    let pointer: Vertex | null = null;
    return {
      click: ({ place }) => {
        places = [...places, place];
      },
      hover: (place) => {
        pointer = place;
      },
      finish: () => {
        const ring = closeRing(places, NEAR_PX / desk.scale(), desk.size);
        if (!ring) return desk.refuse("too_few");
        if (crossesItself(ring)) return desk.refuse("crosses");
        places = [];
        desk.add("polygon", [ring]);
      },
      cancel: () => {
        places = [];
      },
      sketch: () =>
        places.length ? { rings: [pointer ? [...places, pointer] : places], dots: places } : null,
    };
  },
};
