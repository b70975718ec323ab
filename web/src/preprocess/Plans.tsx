import { Code } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { PreprocessViews } from "./Runs";

interface PlanRow {
  id: string;
  created_at: string;
  name: string;
  version: string;
  sha256: string;
  roles: Record<string, string>;
}

/** Plans: the steps that a case goes through, named by their hash. */
export function Plans() {
  const { t } = useTranslation();
  return (
    <Screen title={t("preprocess.plans")} about={t("preprocess.plans_about")}>
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

export function Plan() {
  return (
    <Loaded<PlanRow & { toml: string }> path={`/preprocess/plans/${useId()}`}>
      {(plan) => (
        <Screen title={`${plan.name} ${plan.version}`} about={<Hash value={plan.sha256} />}>
          <Code block fz="sm" tabIndex={0}>
            {plan.toml}
          </Code>
        </Screen>
      )}
    </Loaded>
  );
}
