import { IconScribble } from "@tabler/icons-react";
import { Stroke } from "../runs";
import { along } from "./brush";
import type { Tool } from "./tool";

/** What scribbles are sent as: the group's name is nobody's label. */
export const SCRIBBLES = "scribbles";

export const scribble: Tool = {
  name: "scribble",
  code: "KeyS",
  Icon: IconScribble,
  settings: ["radius", "subtract"],
  ring: true,
  scribbles: true,
  begin: (ground, spot) => {
    const settings = { ...ground.settings, deep: false, range: null };
    const stroke = new Stroke(ground.scribbles, SCRIBBLES);
    return along(stroke, { ...ground, settings }, spot, settings.subtract ? 2 : 1);
  },
};
