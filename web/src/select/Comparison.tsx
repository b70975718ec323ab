import { Anchor, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { count } from "../parts/format";
import { Section } from "../parts/Section";
import { Reasons } from "./Reasons";

type Compared = NonNullable<Wire<"DryRunOut">["comparison"]>;
const STATES = ["selected", "review", "over_quota", "excluded"];

/** Two recipes over the same cases: how many go where, and which cases change. */
export function Comparison({ of }: { of: Compared }) {
  const { t } = useTranslation();
  const n = (before: string, after: string) =>
    of.moves.find((move) => move.before === before && move.after === after)?.n ?? 0;
  const names = { before: naming(of.before), after: naming(of.after) };
  return (
    <Section title={t("select.dry.compared")} about={t("select.dry.compared_about", names)}>
      <Table fz="sm" verticalSpacing={4} maw={640} aria-label={t("select.dry.compared")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("select.dry.from_to")}</Table.Th>
            {STATES.map((state) => (
              <Table.Th key={state} scope="col" ta="right">
                {t(`select.plot.${state}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
          {STATES.map((before) => (
            <Table.Tr key={before}>
              <Table.Th scope="row" fw={400}>
                {t(`select.plot.${before}`)}
              </Table.Th>
              {STATES.map((after) => (
                <Table.Td key={after} ta="right" fw={before === after ? 400 : 650}>
                  {count(n(before, after))}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" my="xs">
        {t("select.dry.changed", { n: count(of.changed), shown: count(of.changes.length) })}
      </Text>
      {of.changes.length > 0 && (
        <Table.ScrollContainer minWidth={560} mah={420} type="native" tabIndex={0}>
          <Table fz="sm" verticalSpacing={4} aria-label={t("select.dry.changes")}>
            <Table.Tbody>
              {of.changes.map((one) => (
                <Table.Tr key={one.case}>
                  <Table.Td>
                    <Anchor
                      component={Link}
                      to={`/select/cases/${one.case}`}
                      ff="monospace"
                      fz="xs"
                      c="indigo.9"
                    >
                      {one.case.slice(-8)}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>{t(`select.plot.${one.before}`)}</Table.Td>
                  <Table.Td>
                    <Reasons keys={one.reasons_before} />
                  </Table.Td>
                  <Table.Td>→ {t(`select.plot.${one.after}`)}</Table.Td>
                  <Table.Td>
                    <Reasons keys={one.reasons_after} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  );
}

function naming(recipe: Record<string, string>): string {
  return `${recipe.name} ${recipe.version}`;
}
