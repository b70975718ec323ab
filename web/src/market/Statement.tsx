import { Button, Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { API } from "../api";
import { Facts } from "../parts/Facts";
import { count, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import type { StatementRow } from "./rows";
import { useYen } from "./yen";

const COLUMNS = [
  "patients",
  "quality_percent",
  "share_bp",
  "weight",
  "all_weights",
  "yen",
  "withdrawn_yen",
];

/** What one hospital earned by one settlement, and how it was reckoned. */
export function Statement() {
  const { t } = useTranslation();
  const yen = useYen();
  return (
    <Loaded<StatementRow> path={`/market/statements/${useId()}`}>
      {(row) => (
        <Screen
          title={t("market.statement_of", { period: row.period })}
          about={<Name id={row.site_id} />}
          actions={
            <>
              <Button
                component="a"
                size="xs"
                href={`${API}/market/statements/${row.id}/pdf`}
                download
              >
                PDF
              </Button>
              <Button
                component="a"
                size="xs"
                variant="default"
                href={`${API}/market/statements/${row.id}/csv`}
                download
              >
                CSV
              </Button>
            </>
          }
        >
          <Facts
            rows={[
              [t("market.earned"), yen(row.yen)],
              [t("market.taken_back"), yen(row.withdrawn_yen)],
              [t("market.patients"), count(row.patients)],
              [t("market.weight"), count(row.weight)],
              [t("market.share"), `${row.share_bp / 100} %`],
              [t("market.since"), moment(row.created_at)],
              ["PDF SHA-256", <Hash key="pdf" value={row.pdf_sha256} keep={16} />],
            ]}
          />
          <Section title={t("market.lines")}>
            <Table fz="sm" verticalSpacing={5} aria-label={t("market.lines")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t("market.version")}</Table.Th>
                  {COLUMNS.map((name) => (
                    <Table.Th key={name} scope="col" ta="right">
                      {t(`market.data.${name}`)}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
                {row.lines.map((line) => (
                  <Table.Tr key={line.version}>
                    <Table.Td>
                      <Hash value={line.version} />
                    </Table.Td>
                    <Table.Td ta="right">{count(line.patients)}</Table.Td>
                    <Table.Td ta="right">{line.quality_percent} %</Table.Td>
                    <Table.Td ta="right">{line.share_bp / 100} %</Table.Td>
                    <Table.Td ta="right">{count(line.weight)}</Table.Td>
                    <Table.Td ta="right">{count(line.all_weights)}</Table.Td>
                    <Table.Td ta="right">{yen(line.yen)}</Table.Td>
                    <Table.Td ta="right">{yen(line.withdrawn_yen)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Section>
        </Screen>
      )}
    </Loaded>
  );
}
