import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { moment } from "../parts/format";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import type { OrderRow } from "./rows";
import { MarketViews } from "./Views";
import { useYen } from "./yen";

const STATES = [
  "draft",
  "submitted",
  "clarifying",
  "approved",
  "quoted",
  "ordered",
  "refused",
  "abandoned",
  "expired",
];

/** Requests for licences, from draft to order. */
export function Orders() {
  const { t } = useTranslation();
  const yen = useYen();
  return (
    <Screen title={t("market.orders")} about={t("market.orders_about")}>
      <MarketViews />
      <DataTable<OrderRow>
        path="/market/orders"
        label={t("market.orders")}
        empty={t("market.no_orders")}
        rowKey={(row) => row.id}
        open={(row) => `/market/orders/${row.id}`}
        narrow={["state"]}
        filters={
          <Filter
            name="state"
            label={t("market.state")}
            options={STATES.map((value) => ({ value, label: t(`parts.state.${value}`) }))}
          />
        }
        columns={[
          {
            key: "created_at",
            label: t("market.asked_at"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "organisation_id",
            label: t("market.licensee"),
            cell: (row) => <Name id={row.organisation_id} />,
          },
          {
            key: "purpose",
            label: t("market.purpose"),
            sort: true,
            cell: (row) => t(`market.purposes.${row.purpose}`, { defaultValue: row.purpose }),
          },
          { key: "country", label: t("market.country"), sort: true, cell: (row) => row.country },
          {
            key: "state",
            label: t("market.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          {
            key: "quote_yen",
            label: t("market.quote"),
            sort: true,
            numeric: true,
            cell: (row) => yen(row.quote_yen),
          },
          { key: "why", label: t("parts.why"), cell: (row) => row.why ?? "—" },
        ]}
      />
    </Screen>
  );
}
