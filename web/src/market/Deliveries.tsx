import { Anchor, Code, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { API, get, type Page } from "../api";
import { Act } from "../parts/Act";
import { DataTable } from "../parts/DataTable";
import { count, megabytes, moment } from "../parts/format";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import type { LicenceDetail } from "./rows";

interface DeliveryRow {
  id: string;
  created_at: string;
  number: number;
  expires_at: string;
  ready: boolean;
  root: string | null;
  files: number;
  size: number;
}

/** What was delivered under a licence, and how it is fetched. */
export function Deliveries({ licence }: { licence: LicenceDetail }) {
  const { t } = useTranslation();
  const mine = useMay("market.download");
  const query = { licence_id: licence.id, limit: 1 };
  const last = useQuery({
    queryKey: ["/market/deliveries", query],
    queryFn: () => get<Page<DeliveryRow>>("/market/deliveries", query),
  });
  const newest = last.data?.items[0]?.id;
  return (
    <Section
      title={t("market.deliveries")}
      about={t("market.deliveries_about")}
      actions={
        mine && licence.state === "active" ? (
          <Act
            path={`/market/licences/${licence.id}/deliveries`}
            body={{ days: 14 }}
            label={t("market.deliver")}
          />
        ) : undefined
      }
    >
      <Stack gap="sm">
        {mine && newest && (
          <div>
            <Text size="sm" mb={4}>
              {t("market.download_about")}
            </Text>
            <Code block tabIndex={0}>
              {`renkei market download ${newest} ENCRYPTED\nrenkei market decrypt ENCRYPTED OUT --key KEY\nrenkei verify OUT --receipt receipt.json --trust trust.json`}
            </Code>
          </div>
        )}
        <DataTable<DeliveryRow>
          path="/market/deliveries"
          filter={{ licence_id: licence.id }}
          label={t("market.deliveries")}
          empty={t("market.no_deliveries")}
          rowKey={(row) => row.id}
          columns={[
            { key: "number", label: t("market.number"), sort: true, cell: (row) => row.number },
            {
              key: "created_at",
              label: t("market.since"),
              sort: true,
              cell: (row) => moment(row.created_at),
            },
            {
              key: "ready",
              label: t("market.state"),
              cell: (row) => <State value={row.ready ? "ready" : "building"} />,
            },
            {
              key: "files",
              label: t("market.files"),
              numeric: true,
              cell: (row) => count(row.files),
            },
            {
              key: "size",
              label: t("market.size"),
              numeric: true,
              cell: (row) => megabytes(row.size),
            },
            {
              key: "expires_at",
              label: t("market.keys_until"),
              sort: true,
              cell: (row) => moment(row.expires_at),
            },
            {
              key: "root",
              label: t("market.papers"),
              cell: (row) =>
                row.ready && mine ? (
                  <>
                    <Anchor
                      href={`${API}/market/deliveries/${row.id}/manifest`}
                      download="manifest.json"
                      fz="sm"
                      c="indigo.9"
                    >
                      {t("market.manifest")}
                    </Anchor>{" "}
                    ·{" "}
                    <Anchor
                      href={`${API}/market/deliveries/${row.id}/receipt`}
                      download="receipt.json"
                      fz="sm"
                      c="indigo.9"
                    >
                      {t("market.receipt")}
                    </Anchor>
                  </>
                ) : (
                  "—"
                ),
            },
          ]}
        />
      </Stack>
    </Section>
  );
}
