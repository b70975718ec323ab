import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode, useWords } from "../parts/code";
import { figure } from "../parts/Structure";
import type { Metric } from "./rows";

const number = (value: number | null) => (value === null ? "—" : figure(value));

/** Every number that a verdict rests on, beside the limits it was held against. */
export function Metrics({ metrics }: { metrics: Metric[] }) {
  const { t } = useTranslation();
  const said = useCode();
  const say = useWords();
  return (
    <Table.ScrollContainer minWidth={420} type="native" tabIndex={0}>
      <Table fz="sm" verticalSpacing={5} aria-label={t("select.metrics")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("select.metric_label")}</Table.Th>
            <Table.Th scope="col" ta="right">
              {t("select.value")}
            </Table.Th>
            <Table.Th scope="col" ta="right">
              {t("select.limits")}
            </Table.Th>
            <Table.Th scope="col" ta="right">
              {t("select.median")}
            </Table.Th>
            <Table.Th scope="col" ta="right">
              z
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
          {metrics.map((row) => (
            <Table.Tr key={row.metric}>
              <Table.Td>
                {said("select.metric", row.metric)}
                {[row.reason, ...row.codes].filter(Boolean).map((code) => (
                  <Text key={code} size="xs" c="gray.7">
                    {say("select.reason", code as string)}
                  </Text>
                ))}
              </Table.Td>
              <Table.Td ta="right">
                {number(row.value)} {row.value === null ? "" : said("select.unit_of", row.unit)}
              </Table.Td>
              <Table.Td ta="right">
                {row.review_limit === null && row.exclude_limit === null
                  ? "—"
                  : `${number(row.review_limit)} / ${number(row.exclude_limit)}`}
              </Table.Td>
              <Table.Td ta="right">
                {number(row.stratum_median)}
                {row.stratum_patients > 0 && (
                  <Text size="xs" c="gray.7">
                    n = {row.stratum_patients}
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="right">
                {number(row.z)}
                {row.z_limit !== null && (
                  <Text size="xs" c="gray.7">
                    ≤ {number(row.z_limit)}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
