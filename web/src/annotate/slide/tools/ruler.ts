import { IconRuler2 } from "@tabler/icons-react";
import { twoPlaces } from "./corners";
import type { SlideTool } from "./tool";

/** A length by one drag or two clicks. */
export const ruler: SlideTool = {
  name: "ruler",
  code: "KeyM",
  letter: "M",
  icon: IconRuler2,
  settings: [],
  hold: (desk) => twoPlaces(desk, "ruler"),
};
