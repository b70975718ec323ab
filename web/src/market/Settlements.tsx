import { Anchor, List, Table } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Act } from "../parts/Act";
import { DataTable } from "../parts/DataTable";
import { Facts } from "../parts/Facts";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import type { SettlementRow } from "./rows";
import { MarketViews } from "./Views";
import { useYen } from "./yen";

/** Distributions of what licences brought. */
export function Settlements() {
  const { t } = useTranslation();
  const yen = useYen();
  return (
    <Screen title={t("market.settlements")} about={t("market.settlements_about")}>
      <MarketViews />
      <DataTable<SettlementRow>
        path="/market/settlements"
        label={t("market.settlements")}
        empty={t("market.no_settlements")}
        rowKey={(row) => row.id}
        open={(row) => `/market/settlements/${row.id}`}
        narrow={["state"]}
        columns={[
          {
            key: "created_at",
            label: t("market.since"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          { key: "period", label: t("market.period"), sort: true, cell: (row) => row.period },
          {
            key: "net",
            label: t("market.net"),
            sort: true,
            numeric: true,
            cell: (row) => yen(row.net),
          },
          {
            key: "state",
            label: t("market.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          {
            key: "paid_at",
            label: t("market.paid_at"),
            sort: true,
            cell: (row) => moment(row.paid_at),
          },
          {
            key: "rule_sha256",
            label: t("market.rule"),
            cell: (row) => <Hash value={row.rule_sha256} />,
          },
        ]}
      />
    </Screen>
  );
}

function Payee({ id }: { id: string }) {
  const { t } = useTranslation();
  const known = t(`market.payee.${id}`, { defaultValue: "" });
  return known || <Name id={id} />;
}

/** How the fees are shared out, in words. */
function Rule({ rule }: { rule: Record<string, unknown> }) {
  const { t } = useTranslation();
  return (
    <List size="sm">
      <List.Item>{t("market.rule_weight")}</List.Item>
      <List.Item>{t("market.rule_readers", { n: Number(rule.readers_bp) / 100 })}</List.Item>
      <List.Item>{t(rule.counts_made ? "market.rule_made" : "market.rule_real")}</List.Item>
      <List.Item>{t("market.rule_rest")}</List.Item>
    </List>
  );
}

/** One distribution: who gets what, to the yen, by which rule. */
export function Settlement() {
  const { t } = useTranslation();
  const yen = useYen();
  return (
    <Loaded<SettlementRow> path={`/market/settlements/${useId()}`}>
      {(row) => (
        <Screen
          title={t("market.settlement_of", { period: row.period })}
          about={yen(row.net)}
          actions={
            <>
              <State value={row.state} />
              {row.state === "made" && (
                <Act
                  path={`/market/settlements/${row.id}/payout`}
                  label={t("market.pay_out")}
                  confirm={{
                    type: row.period,
                    effects: [t("market.pay_out_effect", { sum: yen(row.net) })],
                  }}
                />
              )}
            </>
          }
        >
          <Section title={t("market.parts")}>
            <Table fz="sm" maw={560} verticalSpacing={5} aria-label={t("market.parts")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t("market.payee_label")}</Table.Th>
                  <Table.Th scope="col" ta="right">
                    {t("market.yen")}
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
                {Object.entries(row.parts).map(([payee, amount]) => (
                  <Table.Tr key={payee}>
                    <Table.Td>
                      <Payee id={payee} />
                    </Table.Td>
                    <Table.Td ta="right">{yen(amount)}</Table.Td>
                  </Table.Tr>
                ))}
                <Table.Tr>
                  <Table.Th scope="row">{t("market.sum")}</Table.Th>
                  <Table.Td ta="right" fw={650}>
                    {yen(Object.values(row.parts).reduce((sum, n) => sum + n, 0))}
                  </Table.Td>
                </Table.Tr>
              </Table.Tbody>
            </Table>
          </Section>
          <Facts
            rows={[
              [t("market.since"), moment(row.created_at)],
              [t("market.paid_at"), moment(row.paid_at)],
              [
                t("market.licence"),
                <Anchor
                  key="l"
                  component={Link}
                  to={`/market/licences/${row.licence_id}`}
                  fz="sm"
                  c="indigo.9"
                >
                  {t("market.open_licence")}
                </Anchor>,
              ],
              [t("market.rule"), <Rule key="r" rule={row.rule} />],
              [t("market.rule_hash"), <Hash key="h" value={row.rule_sha256} keep={16} />],
            ]}
          />
        </Screen>
      )}
    </Loaded>
  );
}
