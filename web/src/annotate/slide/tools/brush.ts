import { IconBrush } from "@tabler/icons-react";
import type { Vertex } from "../../polygons";
import { strokeOf } from "../clip";
import { join, regionAt } from "./joining";
import type { SlideTool } from "./tool";

/** Paint on a region of the chosen class, or paint a new one; Alt takes away. */
export const brush: SlideTool = {
  name: "brush",
  code: "KeyB",
  letter: "B",
  icon: IconBrush,
  settings: ["radius", "subtract"],
  hold: (desk) => {
    let places: Vertex[] = [];
    let at: Vertex | null = null;
    const radius = () => desk.settings.radius / desk.scale();
    const end = (alt: boolean) => {
      const [first] = places;
      const drawn = strokeOf(places, radius());
      places = [];
      const subtract = desk.settings.subtract !== alt;
      if (first) join(desk, regionAt(desk, first), drawn, subtract);
    };
    return {
      takes: () => true,
      down: ({ place }) => {
        places = [place];
      },
      move: ({ place }) => {
        places.push(place);
        at = place;
      },
      up: ({ alt }) => end(alt),
      click: ({ place, alt }) => {
        places = [place];
        end(alt);
      },
      hover: (place) => {
        at = place;
      },
      cancel: () => {
        places = [];
      },
      sketch: () =>
        at && {
          rings: places.length ? [places] : [],
          disc: { at, radius: desk.settings.radius },
        },
    };
  },
};
