import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { moment } from "../parts/format";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { MarketViews } from "./Views";
import { useYen } from "./yen";

interface PostingRow {
  id: string;
  created_at: string;
  entry_id: string;
  kind: string;
  period: string;
  account: string;
  amount: number;
}

function Account({ name }: { name: string }) {
  const said = useCode();
  const { t } = useTranslation();
  const [kind = "", owner] = name.split(":");
  const known = said("market.payee", owner);
  return (
    <>
      {said("market.account", kind)}
      {owner && (
        <>
          {" · "}
          {kind === "tax" ? (
            `${owner} %`
          ) : kind === "undistributed" ? (
            <Anchor component={Link} to={`/market/licences/${owner}`} fz="sm" c="indigo.9">
              {t("market.licence")}
            </Anchor>
          ) : known === owner ? (
            <Name id={owner} />
          ) : (
            known
          )}
        </>
      )}
    </>
  );
}

/** The journal: each entry's postings sum to zero. */
export function Journal() {
  const { t } = useTranslation();
  const said = useCode();
  const yen = useYen();
  return (
    <Screen title={t("market.journal")} about={t("market.journal_about")}>
      <MarketViews />
      <DataTable<PostingRow>
        path="/market/journal"
        label={t("market.journal")}
        empty={t("market.no_postings")}
        rowKey={(row) => row.id}
        narrow={["kind"]}
        filters={
          <Filter
            name="kind"
            label={t("market.entry")}
            options={["invoice", "payment", "settlement", "payout", "withdrawal", "reversal"].map(
              (value) => ({
                value,
                label: said("market.entries", value),
              }),
            )}
          />
        }
        columns={[
          {
            key: "created_at",
            label: t("market.since"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "kind",
            label: t("market.entry"),
            sort: true,
            cell: (row) => said("market.entries", row.kind),
          },
          { key: "period", label: t("market.period"), sort: true, cell: (row) => row.period },
          {
            key: "account",
            label: t("market.account_label"),
            sort: true,
            cell: (row) => <Account name={row.account} />,
          },
          {
            key: "amount",
            label: t("market.yen"),
            sort: true,
            numeric: true,
            cell: (row) => yen(row.amount),
          },
        ]}
      />
    </Screen>
  );
}
