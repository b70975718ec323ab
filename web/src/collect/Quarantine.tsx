import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { megabytes, moment } from "../parts/format";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import type { HeldRow } from "./rows";
import { IntakeViews } from "./Views";

/** What could not be taken, with its reason and what to do about it. */
export function Quarantine() {
  const { t } = useTranslation();
  const said = useCode();
  const decides = useMay("collect.decide");
  return (
    <Screen title={t("collect.quarantine")} about={t("collect.quarantine_about")}>
      <IntakeViews />
      <DataTable<HeldRow>
        path="/collect/quarantine"
        label={t("collect.quarantine")}
        empty={t("collect.nothing_held")}
        rowKey={(row) => row.id}
        narrow={["state", "reason", "batch_id"]}
        {...(decides ? { open: (row: HeldRow) => `/collect/quarantine/${row.id}` } : {})}
        filters={
          <Filter
            name="state"
            label={t("collect.state")}
            options={["held", "repaired", "released", "rejected", "erased"].map((value) => ({
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
            key: "reason",
            label: t("collect.why"),
            sort: true,
            cell: (row) => (
              <Text span size="sm">
                <b>{said("collect.reason", row.reason)}</b>
                <Text span display="block" size="xs" c="gray.7">
                  {t(`collect.advice.${row.reason}`, { defaultValue: "" })}
                </Text>
              </Text>
            ),
          },
          {
            key: "state",
            label: t("collect.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          {
            key: "kind",
            label: t("collect.kind"),
            sort: true,
            cell: (row) => said("collect.kinds", row.kind),
          },
          {
            key: "bytes",
            label: t("collect.size"),
            numeric: true,
            sort: true,
            cell: (row) => megabytes(row.bytes),
          },
          {
            key: "site_id",
            label: t("collect.hospital"),
            cell: (row) => <Name id={row.site_id} />,
          },
          {
            key: "batch_id",
            label: t("collect.batch"),
            cell: (row) => (
              <Anchor component={Link} to={`/collect/batches/${row.batch_id}`} fz="sm" c="indigo.9">
                {row.n === null ? t("collect.open") : t("collect.file_n", { n: row.n })}
              </Anchor>
            ),
          },
        ]}
      />
    </Screen>
  );
}
