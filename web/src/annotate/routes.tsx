import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** The screens of annotating; the drawing code is loaded with the first of them. */
export function annotateRoutes(root: AnyRoute): AnyRoute[] {
  return screens(root, () => import("./pages"), {
    "/annotate": "Home",
    "/annotate/hand-out": "HandOut",
    "/annotate/reports": "Reports",
    "/annotate/left": "Left",
    "/annotate/migrations": "Migrations",
    "/annotate/readers": "Readers",
    "/annotate/findings": "Findings",
    "/annotate/attempts/$id": "Attempt",
    "/annotate/tasks/$id": "Task",
    "/annotate/tasks/$id/compare": "Compare",
    "/annotate/reports/$id": "Report",
  });
}
