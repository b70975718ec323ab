import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { count, day } from "../parts/format";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { Views } from "../parts/Views";
import type { SubjectRow } from "./rows";

export function SubjectViews() {
  const { t } = useTranslation();
  return (
    <Views
      of={[
        { to: "/subjects", label: t("subjects.subjects") },
        { to: "/subjects/series", label: t("subjects.series") },
      ]}
    />
  );
}

/** Everybody whose data is here, under the hospital's pseudonym. */
export function Subjects() {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Screen title={t("subjects.title")} about={t("subjects.about")}>
      <SubjectViews />
      <DataTable<SubjectRow>
        path="/subjects/subjects"
        label={t("subjects.subjects")}
        empty={t("subjects.empty")}
        rowKey={(row) => row.id}
        open={(row) => `/subjects/${row.id}`}
        narrow={["sex", "made"]}
        filters={
          <Group gap="xs">
            <Filter
              name="sex"
              label={t("subjects.sex_label")}
              options={["F", "M", "O"].map((value) => ({
                value,
                label: said("subjects.sex", value),
              }))}
            />
            <Filter
              name="made"
              label={t("subjects.origin")}
              options={[
                { value: "false", label: t("subjects.real") },
                { value: "true", label: t("subjects.made") },
              ]}
            />
          </Group>
        }
        columns={[
          {
            key: "pseudonym",
            label: t("subjects.pseudonym"),
            sort: true,
            cell: (row) => row.pseudonym,
          },
          { key: "site", label: t("subjects.hospital"), sort: true, cell: (row) => row.site },
          {
            key: "sex",
            label: t("subjects.sex_label"),
            sort: true,
            cell: (row) => said("subjects.sex", row.sex),
          },
          {
            key: "age",
            label: t("subjects.age"),
            sort: true,
            numeric: true,
            cell: (row) => row.age ?? "—",
          },
          {
            key: "made",
            label: t("subjects.origin"),
            sort: true,
            cell: (row) => (row.made ? t("subjects.made") : t("subjects.real")),
          },
          {
            key: "studies",
            label: t("subjects.studies"),
            numeric: true,
            cell: (row) => count(row.studies),
          },
          {
            key: "series",
            label: t("subjects.series"),
            numeric: true,
            cell: (row) => count(row.series),
          },
          {
            key: "slides",
            label: t("subjects.slides"),
            numeric: true,
            cell: (row) => count(row.slides),
          },
          {
            key: "records",
            label: t("subjects.records"),
            numeric: true,
            cell: (row) => count(row.records),
          },
          {
            key: "created_at",
            label: t("subjects.since"),
            sort: true,
            cell: (row) => day(row.created_at),
          },
          {
            key: "withdrawn_at",
            label: t("subjects.state"),
            sort: true,
            cell: (row) => <State value={row.withdrawn_at ? "withdrawn" : "active"} />,
          },
        ]}
      />
    </Screen>
  );
}
