import { type AnyRoute, createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { ComponentType } from "react";

type Pages = Record<string, ComponentType>;

/** Make a folder's routes: an address for each screen, all screens in one lazily loaded file. */
export function screens<P extends Pages>(
  parent: AnyRoute,
  load: () => Promise<P>,
  addresses: Record<string, keyof P & string>,
): AnyRoute[] {
  return Object.entries(addresses).map(([path, name]) =>
    createRoute({
      getParentRoute: () => parent,
      path,
      component: lazyRouteComponent(load as () => Promise<Pages>, name),
    }),
  );
}
