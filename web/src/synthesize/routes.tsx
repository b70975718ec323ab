import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** Synthesis: sets with the result of their gate. */
export const synthesizeRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/synthesize": "Sets",
    "/synthesize/sets/$id": "SyntheticSet",
  });
