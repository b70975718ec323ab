import { IconRectangle } from "@tabler/icons-react";
import { twoPlaces } from "./corners";
import type { SlideTool } from "./tool";

/** An upright box by one drag or two clicks. */
export const rectangle: SlideTool = {
  name: "rectangle",
  code: "KeyR",
  letter: "R",
  icon: IconRectangle,
  settings: [],
  hold: (desk) => twoPlaces(desk, "rectangle"),
};
