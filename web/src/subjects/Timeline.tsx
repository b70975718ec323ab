import { Anchor, Button, Group, Table, Text } from "@mantine/core";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { Empty } from "../parts/Empty";
import { Filter } from "../parts/Filter";
import { day } from "../parts/format";
import type { Search } from "../shell/search";
import { Lanes } from "./Lanes";
import { addressOf, type Entry, LANES, type Mark, marksOf } from "./rows";

/** Everything on record about one person: lanes by kind over time, and the same as a table. */
export function Timeline({ entries }: { entries: Entry[] }) {
  const { t } = useTranslation();
  const said = useCode();
  const { lane } = useSearch({ strict: false }) as Search;
  const [chosen, choose] = useState<Mark | null>(null);
  if (entries.length === 0) return <Empty text={t("subjects.nothing_left")} />;
  const narrowed = entries.filter((entry) => !lane || entry.lane === lane);
  const marks = marksOf(narrowed);
  const day_ = chosen && marks.find((m) => m.lane === chosen.lane && m.date === chosen.date);
  const shown = day_ ? day_.entries : narrowed;
  const undated = narrowed.filter((entry) => !entry.date).length;
  return (
    <>
      <Group gap="sm" mb="xs">
        <Filter
          name="lane"
          label={t("subjects.lane_label")}
          options={LANES.filter((one) => entries.some((entry) => entry.lane === one)).map(
            (value) => ({ value, label: said("subjects.lane", value) }),
          )}
        />
        <Text size="sm" c="gray.7">
          {marks[0] &&
            t("subjects.dated", {
              n: narrowed.length - undated,
              from: day(marks[0].date),
              to: day(marks.at(-1)?.date),
            })}{" "}
          {undated > 0 && t("subjects.undated", { n: undated })}
        </Text>
        {day_ && (
          <Button size="compact-xs" variant="default" onClick={() => choose(null)}>
            {t("subjects.all_days")}
          </Button>
        )}
      </Group>
      {narrowed.length > 0 && (
        <Lanes
          marks={marks}
          undated={narrowed.filter((entry) => !entry.date)}
          chosen={day_ ?? null}
          choose={choose}
        />
      )}
      {shown.length === 0 ? (
        <Empty text={t("subjects.no_such")} />
      ) : (
        <Table fz="sm" verticalSpacing={5} maw={960} mt="sm" aria-label={t("subjects.timeline")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col" w={120}>
                {t("subjects.date")}
              </Table.Th>
              <Table.Th scope="col" w={140}>
                {t("subjects.kind")}
              </Table.Th>
              <Table.Th scope="col">{t("subjects.what")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((entry, n) => (
              // One record tells of several things of the same name.
              // biome-ignore lint/suspicious/noArrayIndexKey: the order is the server's and fixed
              <Table.Tr key={`${entry.id} ${n}`}>
                <Table.Td>{day(entry.date)}</Table.Td>
                <Table.Td>{said("subjects.lane", entry.lane)}</Table.Td>
                <Table.Td>
                  <Anchor component={Link} to={addressOf(entry)} fz="sm" c="indigo.9">
                    {said("subjects.record_kind", entry.title)}
                  </Anchor>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}
