import type { AnyRoute } from "@tanstack/react-router";
import { screens } from "../shell/screens";

/** Intake: batches, their files, and what is in quarantine. */
export const collectRoutes = (root: AnyRoute): AnyRoute[] =>
  screens(root, () => import("./pages"), {
    "/collect": "Batches",
    "/collect/batches/$id": "Batch",
    "/collect/quarantine": "Quarantine",
    "/collect/quarantine/$id": "Held",
    "/collect/tables": "Tables",
    "/collect/tables/$id": "Columns",
  });
