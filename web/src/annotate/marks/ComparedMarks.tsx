import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Comparison, MarkPair, Vocabulary } from "../types";
import { useNamed } from "../words";

/** The measurements and answers of both readers, pair by pair, and how far they differ. */
export function ComparedMarks({
  comparison,
  words,
}: {
  comparison: Comparison;
  words: Vocabulary;
}) {
  const { t } = useTranslation();
  const pairs = comparison.results.terms.flatMap((term) => term.marks ?? []);
  if (!pairs.length) return null;
  return (
    <section>
      <Text size="sm" fw={650} mt="sm">
        {t("annotate.marks.compared")}
      </Text>
      <Table.ScrollContainer minWidth={600} type="native">
        <Table fz="sm" verticalSpacing={4} style={{ fontVariantNumeric: "tabular-nums" }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t("annotate.measure.label")}</Table.Th>
              {["A", "B", t("annotate.marks.difference")].map((name) => (
                <Table.Th key={name} scope="col" ta="right">
                  {name}
                </Table.Th>
              ))}
              <Table.Th scope="col">{t("annotate.measure.result")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pairs.map((pair) => (
              <Pair key={`${pair.key} ${pair.a} ${pair.b}`} pair={pair} words={words} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}

function Pair({ pair, words }: { pair: MarkPair; words: Vocabulary }) {
  const { t } = useTranslation();
  const named = useNamed();
  const term = words.terms.find((one) => one.key === pair.key);
  const shown = (of: (value: MarkPair["values"][number]) => number) =>
    pair.values.map((value) => of(value).toFixed(1)).join(" × ") || "—";
  return (
    <Table.Tr>
      <Table.Td>
        {named(term)}{" "}
        {pair.slice !== null && (
          <Text span size="xs" c="gray.7">
            {t("annotate.marks.slice", { n: pair.slice + 1 })}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">{shown((value) => value.a)}</Table.Td>
      <Table.Td ta="right">{shown((value) => value.b)}</Table.Td>
      <Table.Td ta="right">{shown((value) => value.difference)}</Table.Td>
      <Table.Td>
        {pair.reason ? t(`annotate.reason.${pair.reason}`) : t("annotate.measure.agreed")}
      </Table.Td>
    </Table.Tr>
  );
}
