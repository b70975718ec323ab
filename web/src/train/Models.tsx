import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { FormDialog } from "../parts/form/FormDialog";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { Views } from "../parts/Views";
import { useMay } from "../shell/session";
import type { ModelRow } from "./rows";
import { StartRun } from "./StartRun";

export function TrainViews() {
  const { t } = useTranslation();
  return (
    <Views
      of={[
        { to: "/train", label: t("train.models") },
        { to: "/train/runs", label: t("train.runs") },
      ]}
    />
  );
}

/** The button that begins a run, for who may. */
export function Start() {
  const { t } = useTranslation();
  if (!useMay("train.run")) return null;
  return (
    <FormDialog label={t("train.start")} about={t("train.start_about")}>
      {(close) => <StartRun close={close} />}
    </FormDialog>
  );
}

/** Models, each bound to the version that it was trained on. */
export function Models() {
  const { t } = useTranslation();
  return (
    <Screen title={t("train.title")} about={t("train.about")} actions={<Start />}>
      <TrainViews />
      <DataTable<ModelRow>
        path="/train/models"
        label={t("train.models")}
        empty={t("train.empty")}
        rowKey={(row) => row.id}
        open={(row) => `/train/models/${row.id}`}
        narrow={["recipe"]}
        columns={[
          {
            key: "recipe",
            label: t("train.recipe"),
            sort: true,
            cell: (row) => t(`train.recipes.${row.recipe}`, { defaultValue: row.recipe }),
          },
          {
            key: "created_at",
            label: t("train.since"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "version_id",
            label: t("train.version"),
            cell: (row) => (
              <Anchor
                component={Link}
                to={`/publish/versions/${row.version_id}`}
                fz="sm"
                c="indigo.9"
              >
                {t("train.open_version")}
              </Anchor>
            ),
          },
          {
            key: "recalled_at",
            label: t("train.state"),
            cell: (row) => <State value={row.recalled_at ? "recalled" : "active"} />,
          },
          { key: "sha256", label: "SHA-256", cell: (row) => <Hash value={row.sha256} /> },
        ]}
      />
    </Screen>
  );
}
