import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** Training: models with their reports, runs. */
export const trainRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/train": "Models",
    "/train/models/$id": "Model",
    "/train/runs": "Runs",
  });
