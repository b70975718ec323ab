import { Anchor, Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { day } from "../parts/format";
import { Screen } from "../parts/Screen";
import { Waiting } from "../parts/Waiting";
import { useMay } from "../shell/session";
import { Kind } from "./ReaderHome";
import { Standing } from "./Standing";
import { Tabs } from "./Tabs";
import { imageOf } from "./Task";
import type { Task } from "./types";

const states = [
  "ready",
  "reading",
  "comparing",
  "disputed",
  "unblinded",
  "adjudicating",
  "review",
  "signed",
  "amending",
  "excluded",
];

/** All tasks with their states, for who hands them out. */
export function Tasks() {
  const { t } = useTranslation();
  const assigns = useMay("annotate.assign");
  const waits = (state: string) => ({
    label: t(`annotate.state.${state}`),
    path: "/annotate/tasks",
    query: { state },
    to: `/annotate?state=${state}`,
  });
  return (
    <Screen
      title={t("annotate.tasks.title")}
      about={t("annotate.tasks.about")}
      actions={
        assigns && (
          <Button size="xs" component={Link} to="/annotate/hand-out">
            {t("annotate.tasks.hand_out")}
          </Button>
        )
      }
    >
      <Tabs />
      <Waiting of={["reading", "disputed", "review", "signed"].map(waits)} />
      <DataTable<Task>
        path="/annotate/tasks"
        label={t("annotate.tasks.title")}
        rowKey={(row) => row.id}
        open={(row) => `/annotate/tasks/${row.id}`}
        empty={t("annotate.tasks.none")}
        filters={
          <Filter
            name="state"
            label={t("annotate.column.state")}
            options={states.map((value) => ({ value, label: t(`annotate.state.${value}`) }))}
          />
        }
        columns={[
          {
            key: "created_at",
            label: t("annotate.column.made"),
            sort: true,
            cell: (row) => day(row.created_at),
          },
          {
            key: "vocabulary",
            label: t("annotate.column.case"),
            sort: true,
            cell: (row) => <Kind reference={row.vocabulary} />,
          },
          {
            key: "modality",
            label: t("annotate.column.image"),
            sort: true,
            cell: (r) => r.modality,
          },
          {
            key: "series_id",
            label: t("annotate.column.series"),
            cell: (row) => (
              <Anchor component={Link} to={imageOf(row)} fz="sm" c="indigo.9">
                {t("annotate.task.open_image")}
              </Anchor>
            ),
          },
          {
            key: "protocol",
            label: t("annotate.column.protocol"),
            sort: true,
            cell: (row) => t(`annotate.protocol.${row.protocol}`),
          },
          {
            key: "state",
            label: t("annotate.column.state"),
            sort: true,
            cell: (row) => <Standing value={row.state} />,
          },
        ]}
      />
    </Screen>
  );
}
