import { IconEraser } from "@tabler/icons-react";
import { along } from "./brush";
import { strokeOn } from "./labels";
import type { Tool } from "./tool";

export const eraser: Tool = {
  name: "erase",
  code: "KeyE",
  Icon: IconEraser,
  settings: ["radius", "deep", "range"],
  ring: true,
  begin: (ground, spot) => along(strokeOn(ground, true), ground, spot, 0),
};
