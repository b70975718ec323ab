import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { Tabs } from "./Tabs";
import type { Report } from "./types";

/** The reading reports that one may see. */
export function Reports() {
  const { t } = useTranslation();
  return (
    <Screen title={t("annotate.reports.title")} about={t("annotate.reports.about")}>
      <Tabs />
      <DataTable<Report>
        path="/annotate/reports"
        label={t("annotate.reports.title")}
        rowKey={(row) => row.id}
        open={(row) => `/annotate/reports/${row.id}`}
        empty={t("annotate.reports.none")}
        columns={[
          {
            key: "created_at",
            label: t("annotate.column.made"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "state",
            label: t("annotate.column.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          {
            key: "revision",
            label: t("annotate.column.revision"),
            numeric: true,
            cell: (row) => row.revision,
          },
          {
            key: "label_id",
            label: t("annotate.column.label"),
            cell: (row) => <Hash value={row.label_id} />,
          },
          {
            key: "signed_at",
            label: t("annotate.column.signed"),
            sort: true,
            cell: (row) => moment(row.signed_at),
          },
        ]}
      />
    </Screen>
  );
}
