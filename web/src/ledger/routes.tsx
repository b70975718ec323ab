import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** The ledger: records with receipts, the keys to trust, the log's check. */
export const ledgerRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/ledger": "Anchors",
    "/ledger/anchors/$id": "Anchor",
    "/ledger/trust": "Trust",
  });
