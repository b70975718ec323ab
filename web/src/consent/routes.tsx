import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** Governance: ethics approvals, agreements, consents, recalls, joint research. */
export const consentRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/consent": "Approvals",
    "/consent/approvals/$id": "Approval",
    "/consent/agreements": "Agreements",
    "/consent/consents": "Consents",
    "/consent/recalls": "Recalls",
    "/consent/recalls/$id": "Recall",
    "/consent/subjects/$id/recall": "Preview",
    "/consent/workspaces": "Workspaces",
    "/consent/workspaces/$id": "Workspace",
  });
