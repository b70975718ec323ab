import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { Empty } from "../parts/Empty";
import { count } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Plot } from "../parts/Plot";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { Tally } from "../parts/Tally";
import { SelectViews } from "./columns";
import { useReason } from "./Reasons";

interface Box {
  unit: string;
  assessed: number;
  selected: number;
  review: number;
  excluded: number;
  first_reason: Record<string, number>;
  all_reasons: Record<string, number>;
}

/** How cases flow through selection; each row sums. */
export function Flow() {
  const { t } = useTranslation();
  const said = useCode();
  const say = useReason();
  const inPlot = (code: string) => {
    const [outcome = "", reason] = code.split(": ");
    const known = said("select.plot", outcome);
    if (reason) return t("select.metric_reason", { metric: known, sentence: say(reason) });
    return known === outcome ? said("select.units", outcome) : known;
  };
  return (
    <Screen title={t("select.flow")} about={t("select.flow_about")}>
      <SelectViews />
      <Loaded<{ boxes: Box[]; chart: object }> path="/select/flow">
        {({ boxes, chart }) =>
          boxes.every((box) => box.assessed === 0) ? (
            <Empty text={t("select.empty")} />
          ) : (
            <>
              <Plot spec={chart} caption={t("select.flow_caption")} say={inPlot} />
              <Section title={t("select.flow_table")}>
                <Table fz="sm" verticalSpacing={5} aria-label={t("select.flow_table")}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th scope="col">{t("select.unit")}</Table.Th>
                      {["assessed", "selected", "in_review", "excluded"].map((name) => (
                        <Table.Th key={name} scope="col" ta="right">
                          {t(`select.box.${name}`)}
                        </Table.Th>
                      ))}
                      <Table.Th scope="col">{t("select.first_reason")}</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
                    {boxes.map((box) => (
                      <Table.Tr key={box.unit}>
                        <Table.Th scope="row">{said("select.units", box.unit)}</Table.Th>
                        <Table.Td ta="right">{count(box.assessed)}</Table.Td>
                        <Table.Td ta="right">{count(box.selected)}</Table.Td>
                        <Table.Td ta="right">{count(box.review)}</Table.Td>
                        <Table.Td ta="right">{count(box.excluded)}</Table.Td>
                        <Table.Td>
                          <Tally counts={box.first_reason} say={say} />
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Section>
            </>
          )
        }
      </Loaded>
    </Screen>
  );
}
