import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { API } from "../api";
import { DataTable } from "../parts/DataTable";
import { Empty } from "../parts/Empty";
import { count, day } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Plot } from "../parts/Plot";
import { Screen } from "../parts/Screen";
import { type Earning, earned } from "./earned";
import type { StatementRow } from "./rows";
import { MarketViews } from "./Views";
import { useYen } from "./yen";

function Earned() {
  const { t } = useTranslation();
  return (
    <Loaded<Earning[]> path="/market/earnings">
      {(rows) =>
        rows.length === 0 ? (
          <Empty text={t("market.nothing_earned")} />
        ) : (
          <Plot
            spec={earned(rows, {
              site: t("market.hospital"),
              yen: t("market.yen"),
              period: t("market.period"),
            })}
            caption={t("market.earned_caption")}
          />
        )
      }
    </Loaded>
  );
}

/** What each hospital earned, with a statement for each settlement. */
export function Statements() {
  const { t } = useTranslation();
  const yen = useYen();
  return (
    <Screen title={t("market.statements")} about={t("market.statements_about")}>
      <MarketViews />
      <Earned />
      <DataTable<StatementRow>
        path="/market/statements"
        label={t("market.statements")}
        empty={t("market.no_statements")}
        rowKey={(row) => row.id}
        open={(row) => `/market/statements/${row.id}`}
        columns={[
          { key: "period", label: t("market.period"), sort: true, cell: (row) => row.period },
          { key: "site_id", label: t("market.hospital"), cell: (row) => <Name id={row.site_id} /> },
          {
            key: "patients",
            label: t("market.patients"),
            sort: true,
            numeric: true,
            cell: (row) => count(row.patients),
          },
          {
            key: "share_bp",
            label: t("market.share"),
            sort: true,
            numeric: true,
            cell: (row) => `${row.share_bp / 100} %`,
          },
          {
            key: "yen",
            label: t("market.earned"),
            sort: true,
            numeric: true,
            cell: (row) => yen(row.yen),
          },
          {
            key: "withdrawn_yen",
            label: t("market.taken_back"),
            sort: true,
            numeric: true,
            cell: (row) => yen(row.withdrawn_yen),
          },
          {
            key: "created_at",
            label: t("market.since"),
            sort: true,
            cell: (row) => day(row.created_at),
          },
          {
            key: "pdf_sha256",
            label: t("market.papers"),
            cell: (row) => (
              <>
                <Anchor
                  href={`${API}/market/statements/${row.id}/pdf`}
                  download
                  fz="sm"
                  c="indigo.9"
                >
                  PDF
                </Anchor>{" "}
                ·{" "}
                <Anchor
                  href={`${API}/market/statements/${row.id}/csv`}
                  download
                  fz="sm"
                  c="indigo.9"
                >
                  CSV
                </Anchor>
              </>
            ),
          },
        ]}
      />
    </Screen>
  );
}
