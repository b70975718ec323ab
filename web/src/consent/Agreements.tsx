import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { FormDialog } from "../parts/form/FormDialog";
import { day } from "../parts/format";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { useMay } from "../shell/session";
import { AddAgreement } from "./AddAgreement";
import { duoCode } from "./duo";
import { ConsentViews } from "./Views";

interface AgreementRow {
  id: string;
  site_id: string;
  number: string;
  uses: number[];
  commercial: boolean;
  fee_share_bp: number;
  starts: string;
  ends: string;
  kind: string;
}

/** Contracts with hospitals: allowed uses as DUO codes, and the share of the fees. */
export function Agreements() {
  const { t } = useTranslation();
  const manages = useMay("consent.manage");
  return (
    <Screen
      title={t("consent.agreements")}
      about={t("consent.agreements_about")}
      actions={
        manages && (
          <FormDialog label={t("consent.add_agreement")}>
            {(close) => <AddAgreement close={close} />}
          </FormDialog>
        )
      }
    >
      <ConsentViews />
      <DataTable<AgreementRow>
        path="/consent/agreements"
        label={t("consent.agreements")}
        empty={t("consent.no_agreements")}
        rowKey={(row) => row.id}
        columns={[
          { key: "number", label: t("consent.number"), sort: true, cell: (row) => row.number },
          {
            key: "site_id",
            label: t("consent.hospital"),
            cell: (row) => <Name id={row.site_id} />,
          },
          {
            key: "kind",
            label: t("consent.agreement_kind_label"),
            sort: true,
            cell: (row) => t(`consent.agreement_kind.${row.kind}`),
          },
          {
            key: "uses",
            label: t("consent.uses"),
            cell: (row) =>
              row.uses
                .map((code) => t(`consent.duo.${code}`, { defaultValue: duoCode(code) }))
                .join(t("consent.comma")),
          },
          {
            key: "commercial",
            label: t("consent.commercial"),
            cell: (row) => t(row.commercial ? "parts.yes" : "parts.no"),
          },
          {
            key: "fee_share_bp",
            label: t("consent.fee_share"),
            sort: true,
            numeric: true,
            cell: (row) => `${row.fee_share_bp / 100} %`,
          },
          { key: "starts", label: t("consent.starts"), sort: true, cell: (row) => day(row.starts) },
          { key: "ends", label: t("consent.ends"), sort: true, cell: (row) => day(row.ends) },
        ]}
      />
    </Screen>
  );
}
