import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** Datasets and their versions, from draft to frozen. */
export const publishRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/publish": "Datasets",
    "/publish/versions": "Versions",
    "/publish/versions/$id": "Version",
    "/publish/products": "Products",
  });
