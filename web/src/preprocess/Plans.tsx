import { Code } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { FormDialog } from "../parts/form/FormDialog";
import { TomlForm } from "../parts/form/TomlForm";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { useMay } from "../shell/session";
import { PreprocessViews } from "./Runs";
import type { PlanRow } from "./rows";

const START = `schema = "renkei.plan/1"
name = "ct_even"
version = "1"
description = ""
results = ["ct_even"]

[inputs.ct]
modality = "CT"

[[step]]
name = "orient"
input = "ct"
output = "ct_lps"

[[step]]
name = "resample"
input = "ct_lps"
output = "ct_even"
params = { spacing = [2.0, 2.0, 2.0] }
`;

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
  const navigate = useNavigate();
  return (
    <FormDialog label={t("preprocess.add_plan")}>
      {(close) => (
        <TomlForm<PlanRow>
          path="/preprocess/plans"
          keep="plan"
          start={START}
          act={t("preprocess.keep_plan")}
          label={t("preprocess.plan")}
          about={t("preprocess.plan_about")}
          close={close}
          done={(made) => void navigate({ to: `/preprocess/plans/${made.id}` })}
        />
      )}
    </FormDialog>
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
