import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { megabytes } from "../parts/format";
import { Hash } from "../parts/Hash";

interface CaseRow {
  id: string;
  series_id: string;
  released_subject: string;
  released_case: string;
  split: string | null;
  made: boolean;
  image_sha256: string;
  label_sha256: string | null;
  image_size: number;
}

/** The cases of a version under the names they are released by. */
export function Cases({ id }: { id: string }) {
  const { t } = useTranslation();
  const side = (value: string) => t(`publish.side.${value}`, { defaultValue: value });
  return (
    <DataTable<CaseRow>
      path={`/publish/versions/${id}/cases`}
      label={t("publish.cases")}
      empty={t("publish.no_cases")}
      rowKey={(row) => row.id}
      open={(row) => `/subjects/series/${row.series_id}`}
      narrow={["split"]}
      filters={
        <Filter
          name="split"
          label={t("publish.split")}
          options={["train", "validation", "test"].map((value) => ({ value, label: side(value) }))}
        />
      }
      columns={[
        {
          key: "released_case",
          label: t("publish.case"),
          sort: true,
          cell: (row) => row.released_case,
        },
        {
          key: "released_subject",
          label: t("publish.subject"),
          sort: true,
          cell: (row) => row.released_subject,
        },
        {
          key: "split",
          label: t("publish.split"),
          sort: true,
          cell: (row) => (row.split ? side(row.split) : "—"),
        },
        {
          key: "made",
          label: t("publish.origin"),
          sort: true,
          cell: (row) => t(row.made ? "publish.is_made" : "publish.is_real"),
        },
        {
          key: "image_size",
          label: t("publish.size"),
          sort: true,
          numeric: true,
          cell: (row) => megabytes(row.image_size),
        },
        {
          key: "image_sha256",
          label: t("publish.image"),
          cell: (row) => <Hash value={row.image_sha256} />,
        },
        {
          key: "label_sha256",
          label: t("publish.label"),
          cell: (row) => <Hash value={row.label_sha256} />,
        },
      ]}
    />
  );
}
