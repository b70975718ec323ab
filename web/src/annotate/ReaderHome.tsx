import { Anchor, Box, Button, Group, List, Stack, Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { get, type Page, send } from "../api";
import { DataTable } from "../parts/DataTable";
import { Figure } from "../parts/Figure";
import { count, moment } from "../parts/format";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { Standing } from "./Standing";
import { Tabs } from "./Tabs";
import type { Attempt, Task } from "./types";
import { shortReference, useNamed, useVocabulary } from "./words";

const reading = new Set(["draft", "ready", "reading", "unblinded", "amending"]);
const judging = new Set(["disputed", "adjudicating"]);
const unfinished = new Set(["assigned", "open", "returned", "expired"]);

/** What waits for a reader, said without a word about the other reader. */
export function waitingFor(attempts: readonly Attempt[], tasks: readonly Task[]) {
  const states = new Map(tasks.map((task) => [task.id, task.state]));
  const in_ = (one: Attempt, set: Set<string>) => set.has(states.get(one.task_id) ?? "");
  const left = attempts.filter((one) => unfinished.has(one.state));
  return {
    toRead: left.filter((one) => one.part === "reader" && in_(one, reading)),
    toDecide: left.filter((one) => one.part === "adjudicator" && in_(one, judging)),
    toSign: attempts.filter((one) => one.part !== "reader" && states.get(one.task_id) === "review"),
    returned: left.filter((one) => one.state === "returned"),
  };
}

function useWaiting() {
  return useQuery({
    queryKey: ["annotate", "waiting"],
    queryFn: async () => {
      const [attempts, tasks] = await Promise.all([
        get<Page<Attempt>>("/annotate/attempts", { limit: 500 }),
        get<Page<Task>>("/annotate/tasks", { limit: 500 }),
      ]);
      const byId = new Map(tasks.items.map((task) => [task.id, task]));
      return { ...waitingFor(attempts.items, tasks.items), tasks: byId };
    },
  });
}

/** The reader's first page: one button, what is left, what came back. */
export function ReaderHome() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const waiting = useWaiting();
  const next = useMutation({
    mutationFn: () => send<Attempt>("POST", "/annotate/next"),
    onSuccess: (attempt) => void navigate({ to: placeOf(attempt) }),
  });
  const found = waiting.data;
  const left = found ? found.toRead.length + found.toDecide.length : 0;
  return (
    <Screen title={t("annotate.home.title")} about={t("annotate.home.about")}>
      <Tabs />
      <Box p="lg" bd="1px solid gray.3" bdrs="sm">
        <Group justify="space-between">
          <Group gap="xl">
            <Button
              size="lg"
              h={64}
              px={36}
              disabled={left === 0}
              loading={next.isPending}
              rightSection={<IconArrowRight aria-hidden />}
              onClick={() => next.mutate()}
            >
              {t("annotate.home.next")}
            </Button>
            <Text size="md" c="gray.8" aria-live="polite">
              {found &&
                t(left ? "annotate.home.left" : "annotate.home.nothing", { n: count(left) })}
            </Text>
          </Group>
          <Group gap="sm">
            <Figure label={t("annotate.home.to_read")} value={count(found?.toRead.length)} />
            <Figure label={t("annotate.home.to_decide")} value={count(found?.toDecide.length)} />
            <Figure label={t("annotate.home.to_sign")} value={count(found?.toSign.length)} />
          </Group>
        </Group>
        {next.error && <Refusal error={next.error} />}
      </Box>
      {found && found.returned.length > 0 && (
        <Section title={t("annotate.home.returned")} about={t("annotate.home.returned_about")}>
          <List size="sm">
            {found.returned.map((one) => (
              <List.Item key={one.id}>
                <Anchor component={Link} to={placeOf(one)}>
                  {shortReference(found.tasks.get(one.task_id)?.vocabulary ?? "")}
                </Anchor>
              </List.Item>
            ))}
          </List>
        </Section>
      )}
      {found && found.toSign.length > 0 && (
        <Section title={t("annotate.home.sign_title")} about={t("annotate.home.sign_about")}>
          <Stack gap={4}>
            {found.toSign.map((one) => (
              <Anchor key={one.id} component={Link} to={`/annotate/tasks/${one.task_id}`} size="sm">
                <Kind reference={found.tasks.get(one.task_id)?.vocabulary} />{" "}
                {moment(found.tasks.get(one.task_id)?.created_at)}
              </Anchor>
            ))}
          </Stack>
        </Section>
      )}
      <Section title={t("annotate.home.mine")}>
        <DataTable<Attempt & { created_at?: string }>
          path="/annotate/attempts"
          label={t("annotate.home.mine")}
          rowKey={(row) => row.id}
          open={placeOf}
          empty={t("annotate.home.none")}
          columns={[
            {
              key: "case",
              label: t("annotate.column.case"),
              cell: (row) => <Kind reference={found?.tasks.get(row.task_id)?.vocabulary} />,
            },
            {
              key: "image",
              label: t("annotate.column.image"),
              cell: (row) => found?.tasks.get(row.task_id)?.modality ?? "—",
            },
            {
              key: "part",
              label: t("annotate.column.part"),
              sort: true,
              cell: (row) => t(`annotate.part.${row.part}`),
            },
            {
              key: "state",
              label: t("annotate.column.state"),
              sort: true,
              cell: (row) => <Standing value={row.state} />,
            },
            {
              key: "task",
              label: t("annotate.column.task"),
              cell: (row) => <Standing value={found?.tasks.get(row.task_id)?.state ?? "reading"} />,
            },
            {
              key: "last_seq",
              label: t("annotate.column.strokes"),
              numeric: true,
              cell: (row) => count(row.last_seq),
            },
            {
              key: "submitted_at",
              label: t("annotate.column.submitted"),
              sort: true,
              cell: (row) => moment(row.submitted_at),
            },
          ]}
        />
      </Section>
    </Screen>
  );
}

function placeOf(attempt: Attempt): string {
  if (attempt.part === "reader") return `/annotate/attempts/${attempt.id}`;
  return `/annotate/tasks/${attempt.task_id}${attempt.part === "adjudicator" ? "/compare" : ""}`;
}

export function Kind({ reference }: { reference: string | undefined }) {
  const named = useNamed();
  const words = useVocabulary(reference);
  return <>{words.data ? named(words.data) : "…"}</>;
}
