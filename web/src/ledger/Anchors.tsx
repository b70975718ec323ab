import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { Views } from "../parts/Views";
import type { AnchorRow } from "./rows";

export function LedgerViews() {
  const { t } = useTranslation();
  return (
    <Views
      of={[
        { to: "/ledger", label: t("ledger.records") },
        { to: "/ledger/trust", label: t("ledger.trust") },
      ]}
    />
  );
}

/** Records of the ledger that one is a party to. */
export function Anchors() {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Screen title={t("ledger.title")} about={t("ledger.about")}>
      <LedgerViews />
      <DataTable<AnchorRow>
        path="/ledger/anchors"
        label={t("ledger.records")}
        empty={t("ledger.empty")}
        rowKey={(row) => row.id}
        open={(row) => `/ledger/anchors/${row.id}`}
        narrow={["kind", "state"]}
        filters={
          <Group gap="xs">
            <Filter
              name="kind"
              label={t("ledger.kind")}
              options={["approval", "version", "licence", "settlement", "delivery", "recall"].map(
                (value) => ({
                  value,
                  label: said("ledger.kinds", value),
                }),
              )}
            />
            <Filter
              name="state"
              label={t("ledger.state")}
              options={["pending", "anchored"].map((value) => ({
                value,
                label: t(`parts.state.${value}`),
              }))}
            />
          </Group>
        }
        columns={[
          {
            key: "created_at",
            label: t("ledger.since"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "kind",
            label: t("ledger.kind"),
            sort: true,
            cell: (row) => said("ledger.kinds", row.kind),
          },
          {
            key: "key",
            label: t("ledger.key"),
            sort: true,
            cell: (row) => <Hash value={row.key} keep={14} />,
          },
          {
            key: "state",
            label: t("ledger.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          {
            key: "index",
            label: t("ledger.index"),
            sort: true,
            numeric: true,
            cell: (row) => row.index ?? "—",
          },
          {
            key: "anchored_at",
            label: t("ledger.anchored"),
            sort: true,
            cell: (row) => moment(row.anchored_at),
          },
          {
            key: "commitment",
            label: t("ledger.commitment"),
            cell: (row) => <Hash value={row.commitment} />,
          },
        ]}
      />
    </Screen>
  );
}
