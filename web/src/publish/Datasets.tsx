import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { FormDialog } from "../parts/form/FormDialog";
import { day } from "../parts/format";
import { Screen } from "../parts/Screen";
import { Views } from "../parts/Views";
import { useMay } from "../shell/session";
import { OpenDataset } from "./OpenDataset";

interface DatasetRow {
  id: string;
  name: string;
  title_en: string;
  title_ja: string;
  description: string;
  created_at: string;
}

export function PublishViews() {
  const { t } = useTranslation();
  return (
    <Views
      of={[
        { to: "/publish", label: t("publish.datasets") },
        { to: "/publish/versions", label: t("publish.versions") },
        { to: "/publish/products", label: t("publish.products") },
      ]}
    />
  );
}

/** Datasets; each opens on its versions. */
export function Datasets() {
  const { t, i18n } = useTranslation();
  const title = i18n.language === "ja" ? "title_ja" : "title_en";
  const drafts = useMay("publish.draft");
  return (
    <Screen
      title={t("publish.title")}
      about={t("publish.about")}
      actions={
        drafts && (
          <FormDialog label={t("publish.open_dataset")}>
            {(close) => <OpenDataset close={close} />}
          </FormDialog>
        )
      }
    >
      <PublishViews />
      <DataTable<DatasetRow>
        path="/publish/datasets"
        label={t("publish.datasets")}
        empty={t("publish.empty")}
        rowKey={(row) => row.id}
        open={(row) => `/publish/versions?dataset=${row.name}`}
        columns={[
          { key: title, label: t("publish.dataset"), sort: true, cell: (row) => row[title] },
          { key: "name", label: t("publish.name"), sort: true, cell: (row) => row.name },
          {
            key: "description",
            label: t("publish.description"),
            cell: (row) => row.description || "—",
          },
          {
            key: "created_at",
            label: t("publish.since"),
            sort: true,
            cell: (row) => day(row.created_at),
          },
        ]}
      />
    </Screen>
  );
}
