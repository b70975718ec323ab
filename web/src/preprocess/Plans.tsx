import { Button, Code } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { useMay } from "../shell/session";
import { Histograms } from "./Histograms";
import { PreprocessViews } from "./Runs";
import type { PlanRow } from "./rows";

/** Plans: the steps that a case goes through, named by their hash. */
export function Plans() {
  const { t } = useTranslation();
  const keeps = useMay("preprocess.run");
  return (
    <Screen
      title={t("preprocess.plans")}
      about={t("preprocess.plans_about")}
      actions={keeps && <AddPlan />}
    >
      <PreprocessViews />
      <DataTable<PlanRow>
        path="/preprocess/plans"
        label={t("preprocess.plans")}
        empty={t("preprocess.no_plans")}
        rowKey={(row) => row.id}
        open={(row) => `/preprocess/plans/${row.id}`}
        columns={[
          { key: "name", label: t("preprocess.name"), sort: true, cell: (row) => row.name },
          {
            key: "version",
            label: t("preprocess.version"),
            sort: true,
            cell: (row) => row.version,
          },
          {
            key: "roles",
            label: t("preprocess.inputs"),
            cell: (row) =>
              Object.entries(row.roles)
                .map(([role, modality]) => `${role}: ${modality}`)
                .join(" · "),
          },
          {
            key: "created_at",
            label: t("preprocess.since"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          { key: "sha256", label: "SHA-256", cell: (row) => <Hash value={row.sha256} /> },
        ]}
      />
    </Screen>
  );
}

function AddPlan() {
  const { t } = useTranslation();
  return (
    <Button size="xs" component={Link} to="/preprocess/plans/new">
      {t("preprocess.add_plan")}
    </Button>
  );
}

/** One plan as it is kept, and how the images of its runs are spread before and after it. */
export function Plan() {
  const { t } = useTranslation();
  const keeps = useMay("preprocess.run");
  return (
    <Loaded<PlanRow & { toml: string }> path={`/preprocess/plans/${useId()}`}>
      {(plan) => (
        <Screen
          title={`${plan.name} ${plan.version}`}
          about={<Hash value={plan.sha256} />}
          actions={
            keeps && (
              <Button
                size="xs"
                variant="default"
                component={Link}
                to="/preprocess/plans/new"
                search={{ from: plan.id } as never}
              >
                {t("preprocess.build.from")}
              </Button>
            )
          }
        >
          <Code block fz="sm" tabIndex={0}>
            {plan.toml}
          </Code>
          <Histograms plan={plan.id} />
        </Screen>
      )}
    </Loaded>
  );
}
