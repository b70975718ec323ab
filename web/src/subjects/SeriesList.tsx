import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { count, day } from "../parts/format";
import { Screen } from "../parts/Screen";
import type { SeriesRow } from "./rows";
import { SubjectViews } from "./Subjects";

/** Every series, by modality and scanner. */
export function SeriesList() {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Screen title={t("subjects.series")} about={t("subjects.series_about")}>
      <SubjectViews />
      <DataTable<SeriesRow>
        path="/subjects/series"
        label={t("subjects.series")}
        empty={t("subjects.empty")}
        rowKey={(row) => row.id}
        open={(row) => `/subjects/series/${row.id}`}
        narrow={["modality", "source"]}
        filters={
          <Filter
            name="modality"
            label={t("subjects.modality")}
            options={["CT", "MR", "PT", "SM"].map((value) => ({ value, label: value }))}
          />
        }
        columns={[
          {
            key: "description",
            label: t("subjects.description"),
            sort: true,
            cell: (row) => row.description || row.body_part || row.modality,
          },
          {
            key: "modality",
            label: t("subjects.modality"),
            sort: true,
            cell: (row) => row.modality,
          },
          {
            key: "body_part",
            label: t("subjects.body_part"),
            sort: true,
            cell: (row) => said("parts.body", row.body_part),
          },
          {
            key: "kernel",
            label: t("subjects.kernel"),
            sort: true,
            cell: (row) => row.kernel ?? "—",
          },
          {
            key: "thickness_mm",
            label: t("subjects.thickness"),
            sort: true,
            numeric: true,
            cell: (row) => row.thickness_mm ?? "—",
          },
          {
            key: "instances",
            label: t("subjects.images"),
            sort: true,
            numeric: true,
            cell: (row) => count(row.instances),
          },
          {
            key: "manufacturer",
            label: t("subjects.scanner"),
            sort: true,
            cell: (row) => [row.manufacturer, row.model].filter(Boolean).join(" ") || "—",
          },
          {
            key: "site",
            label: t("subjects.hospital"),
            sort: true,
            cell: (row) => row.site ?? "—",
          },
          {
            key: "study_date",
            label: t("subjects.date"),
            sort: true,
            cell: (row) => day(row.study_date),
          },
        ]}
      />
    </Screen>
  );
}
