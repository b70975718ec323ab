import { createRootRoute, createRoute } from "@tanstack/react-router";
import { Home } from "./Home";
import { Layout } from "./Layout";
import { NotFound } from "./NotFound";

export const root = createRootRoute({ component: Layout, notFoundComponent: NotFound });

export const homeRoute = createRoute({ getParentRoute: () => root, path: "/", component: Home });
