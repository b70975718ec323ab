import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** The market: catalogue, orders, licences, what is paid to whom. */
export const marketRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/market": "Catalogue",
    "/market/listings/$id": "Listing",
    "/market/offer": "Offer",
    "/market/orders": "Orders",
    "/market/orders/$id": "Order",
    "/market/licences": "Licences",
    "/market/licences/$id": "Licence",
    "/market/releases": "Releases",
    "/market/statements": "Statements",
    "/market/statements/$id": "Statement",
    "/market/settlements": "Settlements",
    "/market/settlements/$id": "Settlement",
    "/market/journal": "Journal",
  });
