import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** Organisations, users, invitations, one's own tokens. */
export const peopleRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/people": "Organisations",
    "/people/organisations/$id": "Organisation",
    "/people/users": "Users",
    "/people/invitations": "Invitations",
    "/people/tokens": "Tokens",
  });
