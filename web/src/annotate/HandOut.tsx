import { Button, Checkbox, Group, Select, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, type Page, send } from "../api";
import { useCode } from "../parts/code";
import { Empty } from "../parts/Empty";
import { count } from "../parts/format";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { Propose } from "./Propose";
import { Tabs } from "./Tabs";
import type { Task, Vocabulary } from "./types";
import { shortReference, useNamed } from "./words";

interface Case {
  id: string;
  kind: string;
  site: string | null;
  pseudonym: string | null;
  made: boolean;
  modality: string;
  body_part: string | null;
}

interface Person {
  id: string;
  name: string;
  role: string;
  active: boolean;
}

/** How many read by each protocol. */
const readersOf: Record<string, number> = { single: 1, double: 2, triple: 3, four: 4 };
const ended = new Set(["signed", "excluded", "withdrawn"]);

function useChoices() {
  return useQuery({
    queryKey: ["annotate", "hand-out"],
    queryFn: async () => {
      const [cases, people, words, tasks] = await Promise.all([
        get<Page<Case>>("/select/cases", { standing: "accept", limit: 500 }),
        get<Page<Person>>("/people/users", { role: "reader", limit: 500 }),
        get<Vocabulary[]>("/annotate/vocabularies"),
        get<Page<Task>>("/annotate/tasks", { limit: 500 }),
      ]);
      return { cases: cases.items, people: people.items, words, tasks: tasks.items };
    },
  });
}

/** Hand out accepted cases to readers and who decides or signs. */
export function HandOut() {
  const { t } = useTranslation();
  const named = useNamed();
  const coded = useCode();
  const navigate = useNavigate();
  const client = useQueryClient();
  const choices = useChoices();
  const [words, setWords] = useState<string | null>(null);
  const [protocol, setProtocol] = useState("double");
  const [team, setTeam] = useState<(string | null)[]>([null, null, null]);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const found = choices.data;
  const vocabulary = found?.words.find((one) => shortReference(one.reference) === words);
  const slides = vocabulary?.terms[0]?.geometry === "polygon";
  const taken = new Set(
    found?.tasks
      .filter((task) => !ended.has(task.state) && task.vocabulary === vocabulary?.reference)
      .map((task) => task.series_id ?? task.slide_id),
  );
  const fitting =
    found?.cases.filter((one) => (one.kind === "slide") === slides && !taken.has(one.id)) ?? [];
  const hand = useMutation({
    mutationFn: () =>
      send("POST", "/annotate/tasks", {
        [slides ? "slide_ids" : "series_ids"]: [...picked],
        vocabulary: words,
        protocol,
        readers: team.slice(0, -1),
        adjudicator: team.at(-1),
      }),
    onSuccess: async () => {
      await client.invalidateQueries();
      void navigate({ to: "/annotate" });
    },
  });
  const toggle = (id: string) =>
    setPicked((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const all = fitting.length > 0 && fitting.every((one) => picked.has(one.id));
  const ready = picked.size > 0 && team.every(Boolean) && new Set(team).size === team.length;
  return (
    <Screen title={t("annotate.hand_out.title")} about={t("annotate.hand_out.about")}>
      <Tabs />
      {choices.error && <Refusal error={choices.error} />}
      <Section title={t("annotate.hand_out.team")}>
        <Group align="flex-end" gap="sm">
          <Select
            size="xs"
            w={220}
            label={t("annotate.hand_out.vocabulary")}
            value={words}
            onChange={(value) => {
              setWords(value);
              setPicked(new Set());
            }}
            data={(found?.words ?? []).map((one) => ({
              value: shortReference(one.reference),
              label: `${named(one)} (${shortReference(one.reference)})`,
            }))}
          />
          <Select
            size="xs"
            w={230}
            allowDeselect={false}
            label={t("annotate.column.protocol")}
            value={protocol}
            onChange={(value) => {
              if (!value) return;
              setProtocol(value);
              setTeam(Array.from({ length: (readersOf[value] ?? 2) + 1 }, () => null));
            }}
            data={Object.keys(readersOf).map((value) => ({
              value,
              label: t(`annotate.protocol.${value}`),
            }))}
          />
          {team.map((_, at) => (
            <Select
              // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place in the team
              key={at}
              size="xs"
              w={200}
              label={
                at === team.length - 1
                  ? t("annotate.hand_out.adjudicator")
                  : t("annotate.hand_out.reader", { n: at + 1 })
              }
              value={team[at] ?? null}
              onChange={(value) => setTeam((now) => now.map((one, n) => (n === at ? value : one)))}
              data={(found?.people ?? [])
                .filter((one) => one.active && (team[at] === one.id || !team.includes(one.id)))
                .map((one) => ({ value: one.id, label: one.name }))}
            />
          ))}
          <Propose
            images={[...picked]}
            slides={slides}
            vocabulary={words}
            protocol={protocol}
            take={setTeam}
          />
        </Group>
      </Section>
      <Section
        title={t("annotate.hand_out.cases")}
        about={t("annotate.hand_out.cases_about")}
        actions={
          <Button
            size="xs"
            disabled={!ready}
            loading={hand.isPending}
            onClick={() => hand.mutate()}
          >
            {t("annotate.hand_out.act", { n: count(picked.size) })}
          </Button>
        }
      >
        {hand.error && <Refusal error={hand.error} />}
        {!vocabulary || fitting.length === 0 ? (
          <Empty text={t(vocabulary ? "annotate.hand_out.none" : "annotate.hand_out.first")} />
        ) : (
          <Stack gap={4}>
            <Table fz="sm" verticalSpacing={4} highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col" w={40}>
                    <Checkbox
                      size="xs"
                      aria-label={t("annotate.hand_out.all")}
                      checked={all}
                      onChange={() =>
                        setPicked(all ? new Set() : new Set(fitting.map((one) => one.id)))
                      }
                    />
                  </Table.Th>
                  {["subject", "site", "image", "body"].map((name) => (
                    <Table.Th scope="col" key={name}>
                      {t(`annotate.column.${name}`)}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {fitting.map((one) => (
                  <Table.Tr key={one.id}>
                    <Table.Td>
                      <Checkbox
                        size="xs"
                        aria-label={`${one.pseudonym} ${one.modality}`}
                        checked={picked.has(one.id)}
                        onChange={() => toggle(one.id)}
                      />
                    </Table.Td>
                    <Table.Td>
                      <Text span ff="monospace" fz="sm">
                        {one.pseudonym}
                      </Text>{" "}
                      {one.made && t("annotate.hand_out.made")}
                    </Table.Td>
                    <Table.Td>{one.site}</Table.Td>
                    <Table.Td>{one.modality}</Table.Td>
                    <Table.Td>{coded("parts.body", one.body_part)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Stack>
        )}
      </Section>
    </Screen>
  );
}
