import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** Selection: the queue, judged cases, the flow, recipes. */
export const selectRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/select": "Queue",
    "/select/queue": "Review",
    "/select/gallery": "Gallery",
    "/select/agreement": "Agreement",
    "/select/cohorts": "Cohorts",
    "/select/cases": "Cases",
    "/select/cases/$id": "Case",
    "/select/duplicates": "Duplicates",
    "/select/flow": "Flow",
    "/select/recipes": "Recipes",
    "/select/recipes/$id": "Recipe",
  });
