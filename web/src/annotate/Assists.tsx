import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { Refusal } from "../parts/Refusal";
import { type Scribbled, seedsOf } from "./seeds";
import type { Assist, Term } from "./types";
import type { AssistRun } from "./useReading";
import { useNamed } from "./words";

interface Props {
  attempt: string;
  term: Term;
  shape: readonly [number, number, number];
  scribbles: readonly Scribbled[];
  run: ((call: Omit<AssistRun, "key">) => Promise<void>) | null;
}

/** Proposals for the chosen label; the panel is not there where a case is read without them. */
export function Assists({ attempt, term, shape, scribbles, run }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const path = `/annotate/attempts/${attempt}/assists`;
  const assists = useQuery({ queryKey: [path], queryFn: () => get<Assist[]>(path) });
  const act = useMutation({
    mutationFn: async (call: Omit<AssistRun, "key">) => run?.(call),
  });
  if (!assists.data?.length) return null;
  const points = seedsOf(scribbles, shape);
  return (
    <section className="panel" aria-label={t("annotate.desk.assists")}>
      <Text size="sm" fw={650} px={12} pt={8}>
        {t("annotate.desk.assists")}
      </Text>
      <Text size="xs" c="gray.7" px={12}>
        {t("annotate.desk.assists_about", { label: named(term) })}
      </Text>
      <Group gap={6} px={12} py={8}>
        {assists.data.map((assist) => {
          const pointed = assist.needs.includes("points");
          return (
            <Button
              key={assist.name}
              size="compact-sm"
              variant="default"
              disabled={!run || act.isPending || (pointed && !points.length)}
              loading={act.isPending && act.variables.assist === assist.name}
              onClick={() => act.mutate({ assist: assist.name, points: pointed ? points : [] })}
            >
              {named(assist)}
            </Button>
          );
        })}
      </Group>
      {act.error && <Refusal error={act.error} />}
    </section>
  );
}
