import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { moment } from "../parts/format";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { Start, TrainViews } from "./Models";

interface RunRow {
  id: string;
  version_id: string;
  recipe: string;
  seed: number;
  structures: string[];
  state: string;
  created_at: string;
}

/** Training runs, with the seed that repeats each. */
export function Runs() {
  const { t } = useTranslation();
  return (
    <Screen title={t("train.runs")} about={t("train.runs_about")} actions={<Start />}>
      <TrainViews />
      <DataTable<RunRow>
        path="/train/runs"
        label={t("train.runs")}
        empty={t("train.no_runs")}
        rowKey={(row) => row.id}
        narrow={["state"]}
        columns={[
          {
            key: "created_at",
            label: t("train.since"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "recipe",
            label: t("train.recipe"),
            sort: true,
            cell: (row) => t(`train.recipes.${row.recipe}`, { defaultValue: row.recipe }),
          },
          {
            key: "state",
            label: t("train.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          {
            key: "seed",
            label: t("train.seed"),
            sort: true,
            numeric: true,
            cell: (row) => row.seed,
          },
          {
            key: "structures",
            label: t("train.structures"),
            cell: (row) => row.structures.join(", ") || t("train.every_structure"),
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
        ]}
      />
    </Screen>
  );
}
