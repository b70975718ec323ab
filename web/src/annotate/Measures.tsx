import { Group, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Figure } from "../parts/Figure";
import type { Comparison, Vocabulary } from "./types";
import { useNamed } from "./words";

const fixed = (value: number | null | undefined, digits: number) =>
  value === null || value === undefined ? "—" : value.toFixed(digits);

/** How far two readings agree, label by label; agreed absence is counted apart. */
export function Measures({
  comparison,
  words,
  slide,
}: {
  comparison: Comparison;
  words: Vocabulary;
  slide: boolean;
}) {
  const { t } = useTranslation();
  const named = useNamed();
  const { terms, mean_dice, agreed_absent } = comparison.results;
  const disputed = new Set(comparison.disputes.map((one) => one.key));
  const unit = slide ? "px²" : "mL";
  const names = ["label", "dice", "surface_dice", "hd95", "f1"];
  return (
    <>
      <Group gap="sm">
        <Figure label={t("annotate.measure.mean_dice")} value={fixed(mean_dice, 3)} />
        <Figure label={t("annotate.measure.disputes")} value={comparison.disputes.length} />
        <Figure label={t("annotate.measure.absent")} value={agreed_absent} />
      </Group>
      <Table.ScrollContainer minWidth={700} type="native">
        <Table
          fz="sm"
          verticalSpacing={4}
          highlightOnHover
          style={{ fontVariantNumeric: "tabular-nums" }}
        >
          <Table.Thead>
            <Table.Tr>
              {names.map((name, at) => (
                <Table.Th key={name} scope="col" ta={at ? "right" : "left"}>
                  {t(`annotate.measure.${name}`)}
                </Table.Th>
              ))}
              <Table.Th scope="col" ta="right">
                A ({unit})
              </Table.Th>
              <Table.Th scope="col" ta="right">
                B ({unit})
              </Table.Th>
              <Table.Th scope="col">{t("annotate.measure.result")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {terms.map((one) => {
              const term = words.terms.find((word) => word.key === one.key);
              return (
                <Table.Tr key={one.key}>
                  <Table.Td>
                    <Group gap={8}>
                      <span className="swatch" style={{ background: term?.colour }} aria-hidden />
                      {named(term)}
                    </Group>
                  </Table.Td>
                  <Table.Td ta="right">{fixed(one.dice, 3)}</Table.Td>
                  <Table.Td ta="right">{fixed(one.surface_dice, 3)}</Table.Td>
                  <Table.Td ta="right">{fixed(one.hd95_mm, 1)}</Table.Td>
                  <Table.Td ta="right">{fixed(one.lesion_f1, 2)}</Table.Td>
                  <Table.Td ta="right">{fixed(one.volume_a, slide ? 0 : 1)}</Table.Td>
                  <Table.Td ta="right">{fixed(one.volume_b, slide ? 0 : 1)}</Table.Td>
                  <Table.Td>
                    <Text size="sm" fw={disputed.has(one.key) ? 650 : 400}>
                      {one.both_absent
                        ? t("annotate.measure.both_absent")
                        : t(
                            disputed.has(one.key)
                              ? "annotate.measure.disputed"
                              : "annotate.measure.agreed",
                          )}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}
