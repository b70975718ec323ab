import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./main.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { type AnyRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { annotateRoutes } from "./annotate/routes";
import { queries } from "./api";
import { collectRoutes } from "./collect/routes";
import { consentRoutes } from "./consent/routes";
import { startLanguages } from "./i18n";
import { ledgerRoutes } from "./ledger/routes";
import { marketRoutes } from "./market/routes";
import { peopleRoutes } from "./people/routes";
import { preprocessRoutes } from "./preprocess/routes";
import { publishRoutes } from "./publish/routes";
import { selectRoutes } from "./select/routes";
import { serverRoutes } from "./server/routes";
import { homeRoute, root } from "./shell/root";
import { readSearch, writeSearch } from "./shell/search";
import { subjectsRoutes } from "./subjects/routes";
import { synthesizeRoutes } from "./synthesize/routes";
import { theme } from "./theme";
import { trainRoutes } from "./train/routes";

const folders = [
  collectRoutes,
  consentRoutes,
  subjectsRoutes,
  selectRoutes,
  annotateRoutes,
  preprocessRoutes,
  publishRoutes,
  ledgerRoutes,
  marketRoutes,
  trainRoutes,
  synthesizeRoutes,
  peopleRoutes,
  serverRoutes,
];
const routes: AnyRoute[] = [homeRoute, ...folders.flatMap((routesBelow) => routesBelow(root))];
const router = createRouter({
  routeTree: root.addChildren(routes),
  parseSearch: readSearch,
  stringifySearch: writeSearch,
  defaultPreload: "intent",
  scrollRestoration: true,
});

const element = document.getElementById("root");
if (!element) throw new Error("index.html has no #root");
await startLanguages();
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <MantineProvider theme={theme} defaultColorScheme="light">
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </MantineProvider>
    </QueryClientProvider>
  </StrictMode>,
);
