import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** The facts: subjects with one timeline each, series, slides, records. */
export const subjectsRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/subjects": "Subjects",
    "/subjects/$id": "Subject",
    "/subjects/series": "SeriesList",
    "/subjects/series/$id": "Series",
    "/subjects/slides/$id": "Slide",
    "/subjects/records/$id": "Record",
  });
