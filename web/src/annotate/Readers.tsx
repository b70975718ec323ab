import { Badge, Button, Group, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { Act } from "../parts/Act";
import { Empty } from "../parts/Empty";
import { count, day } from "../parts/format";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { Credential } from "./Credential";
import { Tabs } from "./Tabs";
import { Times } from "./Times";

export interface Reader {
  user_id: string;
  name: string;
  credited: boolean;
  modalities: string[];
  groups: string[];
  languages: string[];
  sites: string[];
  valid_until: string | null;
  most_open: number;
  load: number;
  paused_why: string | null;
  hidden: number;
  passed: number;
  interval: [number, number] | null;
  verdict: "flagged" | "cleared" | "open";
}

const colours = { flagged: "red.9", cleared: "teal.9", open: "gray.7" };
const heads = ["name", "credential", "load", "hidden", "verdict", "then"];

/** Who reads: what they may read, how much they have open, how hidden cases went. */
export function Readers() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<Reader | null>(null);
  const people = useQuery({
    queryKey: ["/annotate/readers"],
    queryFn: () => get<Reader[]>("/annotate/readers"),
  });
  return (
    <Screen title={t("annotate.readers.title")} about={t("annotate.readers.about")}>
      <Tabs />
      {people.error && <Refusal error={people.error} />}
      {people.data?.length === 0 && <Empty text={t("annotate.readers.none")} />}
      <Table fz="sm" verticalSpacing={6} hidden={!people.data?.length}>
        <Table.Thead>
          <Table.Tr>
            {heads.map((name) => (
              <Table.Th scope="col" key={name}>
                {t(`annotate.readers.${name}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {people.data?.map((one) => (
            <Row key={one.user_id} one={one} edit={() => setEdited(one)} />
          ))}
        </Table.Tbody>
      </Table>
      <Times />
      {edited && <Credential of={edited} close={() => setEdited(null)} />}
    </Screen>
  );
}

function Row({ one, edit }: { one: Reader; edit: () => void }) {
  const { t } = useTranslation();
  const pause = `/annotate/readers/${one.user_id}/pause`;
  const why = one.paused_why;
  return (
    <Table.Tr>
      <Table.Td>
        {one.name}
        {why && (
          <Text size="xs" c="red.9">
            {t("annotate.readers.paused")}:{" "}
            {t(`annotate.readers.why.${why}`, { defaultValue: why })}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{one.credited ? <May one={one} /> : t("annotate.readers.uncredited")}</Table.Td>
      <Table.Td>
        {count(one.load)} / {count(one.most_open)}
      </Table.Td>
      <Table.Td>
        {count(one.passed)} / {count(one.hidden)}
        {one.interval && (
          <Text size="xs" c="gray.7">
            {one.interval.map((share) => `${(share * 100).toFixed(0)} %`).join("–")}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Badge color={colours[one.verdict]} radius="sm">
          {t(`annotate.verdict.${one.verdict}`)}
        </Badge>
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Button size="compact-sm" variant="default" onClick={edit}>
            {t("annotate.readers.edit")}
          </Button>
          {one.credited && (
            <Act
              path={pause}
              method="PUT"
              size="compact-sm"
              variant="default"
              why={!why}
              body={why ? { why: null } : {}}
              label={t(why ? "annotate.readers.resume" : "annotate.readers.pause")}
            />
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function May({ one }: { one: Reader }) {
  const { t } = useTranslation();
  return (
    <>
      {one.modalities.join(", ")}
      {" · "}
      {one.groups.length ? one.groups.join(", ") : t("annotate.readers.all_labels")}
      <Text size="xs" c="gray.7">
        {one.languages.join(", ")}
        {one.valid_until && ` · ${t("annotate.readers.until", { day: day(one.valid_until) })}`}
        {one.sites.length > 0 && ` · ${t("annotate.readers.not_of", { n: one.sites.length })}`}
      </Text>
    </>
  );
}
