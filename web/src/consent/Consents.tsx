import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { day } from "../parts/format";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { ConsentViews } from "./Views";

interface ConsentRow {
  id: string;
  created_at: string;
  subject_id: string;
  site_id: string;
  basis: string;
  version: string;
  commercial: boolean;
  data_types: string[];
  date_ok: boolean;
  adult: boolean;
}

/** What each person agreed to, as the hospital sent it. */
export function Consents() {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Screen title={t("consent.consents")} about={t("consent.consents_about")}>
      <ConsentViews />
      <DataTable<ConsentRow>
        path="/consent/consents"
        label={t("consent.consents")}
        empty={t("consent.no_consents")}
        rowKey={(row) => row.id}
        open={(row) => `/subjects/${row.subject_id}`}
        narrow={["basis"]}
        filters={
          <Filter
            name="basis"
            label={t("consent.basis_label")}
            options={["opt_in", "opt_out"].map((value) => ({
              value,
              label: said("consent.basis", value),
            }))}
          />
        }
        columns={[
          {
            key: "created_at",
            label: t("consent.on_record"),
            sort: true,
            cell: (row) => day(row.created_at),
          },
          {
            key: "site_id",
            label: t("consent.hospital"),
            cell: (row) => <Name id={row.site_id} />,
          },
          {
            key: "basis",
            label: t("consent.basis_label"),
            sort: true,
            cell: (row) => said("consent.basis", row.basis),
          },
          { key: "version", label: t("consent.form"), sort: true, cell: (row) => row.version },
          {
            key: "data_types",
            label: t("consent.data_types"),
            cell: (row) =>
              row.data_types.map((one) => said("consent.data", one)).join(t("consent.comma")),
          },
          {
            key: "commercial",
            label: t("consent.commercial"),
            cell: (row) => t(row.commercial ? "parts.yes" : "parts.no"),
          },
          {
            key: "date_ok",
            label: t("consent.date_ok"),
            cell: (row) => t(row.date_ok ? "parts.yes" : "parts.no"),
          },
          {
            key: "adult",
            label: t("consent.adult"),
            cell: (row) => t(row.adult ? "parts.yes" : "parts.no"),
          },
        ]}
      />
    </Screen>
  );
}
