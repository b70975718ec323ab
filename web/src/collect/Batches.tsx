import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Language } from "../i18n";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { count, moment, money } from "../parts/format";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { Tally } from "../parts/Tally";
import { type Wait, Waiting } from "../parts/Waiting";
import { useMay, useMe } from "../shell/session";
import { addsUp, type BatchRow } from "./rows";
import { useEarned } from "./useEarned";
import { IntakeViews } from "./Views";

const inDays = (days: number) =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** What was sent and what became of it: every file is stored or in quarantine with a reason. */
export function Batches() {
  const { t, i18n } = useTranslation();
  const said = useCode();
  const hospital = useMe().data?.role === "hospital";
  const sees = useMay("consent.view");
  const paid = useMay("market.money");
  const earned = useEarned(paid);
  const language = i18n.language as Language;
  const yen = (amount: number) => money(amount, "JPY", language);
  const waits: Wait[] = [
    {
      label: t("collect.wait.held"),
      path: "/collect/quarantine",
      query: { state: "held" },
      to: "/collect/quarantine?state=held",
    },
    {
      label: t("collect.wait.open"),
      path: "/collect/batches",
      query: { state: "open" },
      to: "/collect?state=open",
    },
  ];
  if (sees) {
    waits.push(
      {
        label: t("collect.wait.approvals"),
        path: "/consent/approvals",
        query: { "expires.min": inDays(0), "expires.max": inDays(30) },
        to: "/consent?sort=expires",
      },
      {
        label: t("collect.wait.agreements"),
        path: "/consent/agreements",
        query: { "ends.min": inDays(0), "ends.max": inDays(30) },
        to: "/consent/agreements?sort=ends",
      },
      {
        label: t("collect.wait.recalls"),
        path: "/consent/recalls",
        query: { state: "acting" },
        to: "/consent/recalls",
      },
    );
  }
  if (hospital) {
    waits.push(
      {
        label: t("collect.wait.licences"),
        path: "/market/licences",
        query: { state: "active" },
        to: "/market/licences?state=active",
      },
      {
        label: t("collect.wait.earned"),
        value: yen([...earned.values()].reduce((sum, one) => sum + one, 0)),
        to: "/market/statements",
      },
    );
  }
  return (
    <Screen title={t("collect.title")} about={t("collect.about")}>
      <Waiting of={waits} />
      <IntakeViews />
      <DataTable<BatchRow>
        path="/collect/batches"
        label={t("collect.batches")}
        empty={t("collect.empty")}
        rowKey={(row) => row.id}
        open={(row) => `/collect/batches/${row.id}`}
        narrow={["state"]}
        filters={
          <Filter
            name="state"
            label={t("collect.state")}
            options={["open", "closed"].map((value) => ({
              value,
              label: t(`parts.state.${value}`),
            }))}
          />
        }
        columns={[
          {
            key: "created_at",
            label: t("collect.received"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "site_id",
            label: t("collect.hospital"),
            cell: (row) => <Name id={row.site_id} />,
          },
          {
            key: "state",
            label: t("collect.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          { key: "sent", label: t("collect.sent"), numeric: true, cell: (row) => count(row.sent) },
          {
            key: "stored",
            label: t("collect.stored"),
            numeric: true,
            cell: (row) => count(row.stored),
          },
          {
            key: "quarantined",
            label: t("collect.quarantined"),
            cell: (row) => (
              <Tally counts={row.quarantined} say={(code) => said("collect.reason", code)} />
            ),
          },
          {
            key: "missing",
            label: t("collect.missing"),
            numeric: true,
            cell: (row) =>
              addsUp(row) ? (
                count(row.missing)
              ) : (
                <Text span size="sm" c="red.9" fw={600}>
                  {t("collect.does_not_add_up")}
                </Text>
              ),
          },
          {
            key: "opened_by",
            label: t("collect.sent_by"),
            cell: (row) => <Name id={row.opened_by} />,
          },
        ]}
      />
    </Screen>
  );
}
