import { Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { count } from "../parts/format";
import { Refusal } from "../parts/Refusal";
import { Section } from "../parts/Section";
import { clock } from "./clock";
import { Kind } from "./ReaderHome";

interface ReaderTime {
  user_id: string;
  name: string;
  vocabulary: string;
  cases: number;
  measured: number;
  median_s: number | null;
  longest_s: number | null;
  total_s: number;
}

const heads = ["name", "kind", "cases", "median", "longest", "total"];

/** How long each reader was at work, by kind of case: time with hands on it, not with it open. */
export function Times() {
  const { t } = useTranslation();
  const times = useQuery({
    queryKey: ["/annotate/readers/times"],
    queryFn: () => get<ReaderTime[]>("/annotate/readers/times"),
  });
  return (
    <Section title={t("annotate.times.title")} about={t("annotate.times.about")}>
      {times.error && <Refusal error={times.error} />}
      {times.data?.length === 0 && (
        <Text size="sm" c="gray.7">
          {t("annotate.times.none")}
        </Text>
      )}
      <Table fz="sm" maw={860} verticalSpacing={5} hidden={!times.data?.length}>
        <Table.Thead>
          <Table.Tr>
            {heads.map((name, at) => (
              <Table.Th scope="col" key={name} ta={at > 1 ? "right" : undefined}>
                {t(`annotate.times.${name}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {times.data?.map((one) => (
            <Table.Tr key={`${one.user_id} ${one.vocabulary}`}>
              <Table.Td>{one.name}</Table.Td>
              <Table.Td>
                <Kind reference={one.vocabulary} />
              </Table.Td>
              <Table.Td ta="right">
                {count(one.cases)}
                {one.measured < one.cases && (
                  <Text size="xs" c="gray.7">
                    {t("annotate.times.measured", { n: one.measured })}
                  </Text>
                )}
              </Table.Td>
              {[one.median_s, one.longest_s, one.measured ? one.total_s : null].map((s, at) => (
                <Table.Td ta="right" key={heads[at + 3]}>
                  {clock(s)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
