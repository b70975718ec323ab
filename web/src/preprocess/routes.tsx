import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** Pre-processing: runs and plans. */
export const preprocessRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/preprocess": "Runs",
    "/preprocess/runs/$id": "Run",
    "/preprocess/plans": "Plans",
    "/preprocess/plans/new": "Builder",
    "/preprocess/plans/$id": "Plan",
  });
