import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { useCode } from "../parts/code";
import { Section } from "../parts/Section";
import { percent } from "./DryRun";

/** A difference above this is worth a look (Austin 2009). */
const WORTH_A_LOOK = 0.1;

/** Whom the recipe leaves in, beside whom there was. */
export function Balance({ rows }: { rows: Wire<"BalanceOut">[] }) {
  const { t } = useTranslation();
  const said = useCode();
  const shown = (axis: string, value: number | null) =>
    value === null ? "—" : axis === "age" ? value.toFixed(1) : percent(value);
  return (
    <Section title={t("select.dry.balance")} about={t("select.dry.balance_about")}>
      <Table fz="sm" verticalSpacing={4} maw={760} aria-label={t("select.dry.balance")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("select.dry.group")}</Table.Th>
            {["before", "after", "difference"].map((key) => (
              <Table.Th key={key} scope="col" ta="right">
                {t(`select.dry.${key}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
          {rows.map(({ axis, value, before, after, difference }) => (
            <Table.Tr key={`${axis}.${value}`}>
              <Table.Th scope="row" fw={400}>
                {said("select.dry.axis", axis)} {value && said("select.group_value", value)}
              </Table.Th>
              <Table.Td ta="right">{shown(axis, before)}</Table.Td>
              <Table.Td ta="right">{shown(axis, after)}</Table.Td>
              <Table.Td ta="right">
                {difference === null ? "—" : difference.toFixed(2)}
                {difference !== null && Math.abs(difference) > WORTH_A_LOOK && " ▲"}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
