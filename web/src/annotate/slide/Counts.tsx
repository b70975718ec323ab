import { Group, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Vocabulary } from "../types";
import { useNamed } from "../words";
import { boxOf, type Element } from "./element";
import { countIn, fieldsOf, sideOf } from "./fields";
import { areaIn } from "./measure";
import type { Shapes } from "./shapes";

interface Props {
  shapes: Shapes;
  words: Vocabulary;
  box: Element;
  mpp: number | null;
  field_mm2: number;
}

/** Points of each class in an annotated box: per field, in all, and per mm². */
export function Counts({ shapes, words, box, mpp, field_mm2 }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const bounds = boxOf(box.rings);
  const mm2 = mpp ? (areaIn(box.rings) * mpp * mpp) / 1e6 : null;
  const grid = mpp ? fieldsOf(bounds, sideOf(field_mm2, mpp)) : null;
  const counted = words.terms
    .map((term) => ({ term, places: shapes.points(term.key, bounds) }))
    .filter(({ places }) => places.length > 0);
  return (
    <section className="panel" aria-label={t("annotate.slide.counts")}>
      <Group justify="space-between" px={12} pt={8} pb={4}>
        <Text size="sm" fw={650}>
          {t("annotate.slide.counts")}
        </Text>
        <Text size="xs" c="gray.7">
          {mm2 ? `${mm2.toFixed(3)} mm²` : t("annotate.slide.no_scale")}
          {grid && ` · ${t("annotate.slide.fields_n", { n: grid.columns * grid.rows })}`}
        </Text>
      </Group>
      {counted.length === 0 && (
        <Text size="sm" c="gray.7" px={12} pb={10}>
          {t("annotate.slide.no_points")}
        </Text>
      )}
      {counted.map(({ term, places }) => (
        <div key={term.key} className="slide-counts">
          <Text size="sm" role="status">
            {`${named(term)}: ${places.length}`}
            {mm2 ? ` · ${(places.length / mm2).toFixed(1)} /mm²` : ""}
          </Text>
          {grid && grid.columns <= 10 && grid.rows <= 10 && (
            <Table withTableBorder withColumnBorders fz="xs" verticalSpacing={2}>
              <Table.Tbody>
                {rowsOf(countIn(places, bounds, grid), grid.columns).map(({ row, cells }) => (
                  <Table.Tr key={row}>
                    {cells.map(({ cell, count }) => (
                      <Table.Td key={cell} ta="center" fw={count ? 650 : 400}>
                        {count}
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </div>
      ))}
    </section>
  );
}

function rowsOf(counts: readonly number[], columns: number) {
  const cells = counts.map((count, cell) => ({ count, cell }));
  return Array.from({ length: counts.length / columns }, (_, row) => ({
    row,
    cells: cells.slice(row * columns, (row + 1) * columns),
  }));
}
