import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { moment } from "../parts/format";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import type { RecallRow } from "./rows";
import { ConsentViews } from "./Views";

/** Data that was taken back: withdrawals and leaked identities. */
export function Recalls() {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Screen title={t("consent.recalls")} about={t("consent.recalls_about")}>
      <ConsentViews />
      <DataTable<RecallRow>
        path="/consent/recalls"
        label={t("consent.recalls")}
        empty={t("consent.no_recalls")}
        rowKey={(row) => row.id}
        open={(row) => `/consent/recalls/${row.id}`}
        narrow={["state"]}
        columns={[
          {
            key: "created_at",
            label: t("consent.asked"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "kind",
            label: t("consent.kind"),
            sort: true,
            cell: (row) => said("consent.recall_kind", row.kind),
          },
          {
            key: "state",
            label: t("consent.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          {
            key: "site_id",
            label: t("consent.hospital"),
            cell: (row) => <Name id={row.site_id} />,
          },
          { key: "reason", label: t("parts.why"), cell: (row) => row.reason },
          {
            key: "certified_at",
            label: t("consent.certified"),
            sort: true,
            cell: (row) => moment(row.certified_at),
          },
        ]}
      />
    </Screen>
  );
}
