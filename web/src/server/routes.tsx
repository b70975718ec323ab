import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** The ground: jobs with live progress, and the audit trail. */
export const serverRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/server/jobs": "Jobs",
    "/server/audit": "Audit",
  });
