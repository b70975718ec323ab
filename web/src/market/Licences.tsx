import { Alert, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Page } from "../api";
import { Act } from "../parts/Act";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { day, moment } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import type { LicenceRow } from "./rows";
import { MarketViews } from "./Views";
import { useYen } from "./yen";

interface Notice {
  id: string;
  created_at: string;
  licence_id: string;
  files: unknown[];
  destroyed_at: string | null;
}

/** Withdrawals that a holder of data has to act on. */
function Notices() {
  const { t } = useTranslation();
  const mine = useMay("market.download");
  return (
    <Loaded<Page<Notice>> path="/market/notices" query={{ limit: 20 }}>
      {({ items }) => (
        <Stack gap="xs">
          {items.map((notice) => (
            <Alert
              key={notice.id}
              variant="outline"
              color={notice.destroyed_at ? "gray.7" : "orange.9"}
              title={t("market.notice", { n: notice.files.length })}
            >
              <Group justify="space-between">
                <Text size="sm">
                  {moment(notice.created_at)} ·{" "}
                  {notice.destroyed_at
                    ? t("market.destroyed_at", { when: moment(notice.destroyed_at) })
                    : t("market.must_destroy")}
                </Text>
                {mine && !notice.destroyed_at && (
                  <Act path={`/market/notices/${notice.id}/destroyed`} label={t("market.attest")} />
                )}
              </Group>
            </Alert>
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

/** Licences with their end dates, and what has to be destroyed. */
export function Licences() {
  const { t } = useTranslation();
  const yen = useYen();
  return (
    <Screen title={t("market.licences")} about={t("market.licences_about")}>
      <MarketViews />
      <Notices />
      <DataTable<LicenceRow>
        path="/market/licences"
        label={t("market.licences")}
        empty={t("market.no_licences")}
        rowKey={(row) => row.id}
        open={(row) => `/market/licences/${row.id}`}
        narrow={["state", "order_id"]}
        filters={
          <Filter
            name="state"
            label={t("market.state")}
            options={[
              "ordered",
              "signed",
              "active",
              "suspended",
              "expired",
              "revoked",
              "closed",
            ].map((value) => ({
              value,
              label: t(`parts.state.${value}`),
            }))}
          />
        }
        columns={[
          {
            key: "created_at",
            label: t("market.since"),
            sort: true,
            cell: (row) => day(row.created_at),
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
          {
            key: "state",
            label: t("market.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          {
            key: "not_after",
            label: t("market.ends"),
            sort: true,
            cell: (row) => day(row.not_after),
          },
          {
            key: "fee_yen",
            label: t("market.fee"),
            sort: true,
            numeric: true,
            cell: (row) => yen(row.fee_yen),
          },
          {
            key: "paid_at",
            label: t("market.paid_at"),
            sort: true,
            cell: (row) => day(row.paid_at),
          },
        ]}
      />
    </Screen>
  );
}
