import { IconChecklist } from "@tabler/icons-react";
import { twoPlaces } from "./corners";
import type { SlideTool } from "./tool";

/** A box in which everything of the slide is annotated. */
export const annotated: SlideTool = {
  name: "annotated",
  code: "KeyA",
  letter: "A",
  icon: IconChecklist,
  settings: [],
  hold: (desk) => twoPlaces(desk, "annotated"),
};
