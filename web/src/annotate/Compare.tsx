import { Button, Group, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, type Page } from "../api";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { useMay } from "../shell/session";
import "./desk.css";
import { Disputes } from "./Disputes";
import { Measures } from "./Measures";
import { ComparedMarks } from "./marks/ComparedMarks";
import { SidesOfVolume } from "./Sides";
import { SidesOfSlide } from "./SidesOfSlide";
import { Sign } from "./Sign";
import { Standing } from "./Standing";
import { worstFirst } from "./settling";
import type { Attempt, Comparison, TaskDetail, Vocabulary } from "./types";
import { useNamed, useVocabulary } from "./words";

/** Two readings side by side, for the person who decides. */
export function Compare() {
  const { id } = useParams({ strict: false }) as { id: string };
  return (
    <Loaded<TaskDetail> path={`/annotate/tasks/${id}`}>
      {(task) => (
        <Loaded<Comparison> path={`/annotate/tasks/${id}/comparison`}>
          {(comparison) => <Bench task={task} comparison={comparison} />}
        </Loaded>
      )}
    </Loaded>
  );
}

function Bench({ task, comparison }: { task: TaskDetail; comparison: Comparison }) {
  const { t } = useTranslation();
  const named = useNamed();
  const words = useVocabulary(task.vocabulary).data;
  return (
    <Screen
      title={
        <Group gap="sm">
          {t("annotate.compare.title", { kind: words ? named(words) : "" })}
          <Standing value={task.state} />
        </Group>
      }
      about={t("annotate.compare.about")}
      actions={
        <Button size="xs" variant="default" component={Link} to={`/annotate/tasks/${task.id}`}>
          {t("annotate.compare.task")}
        </Button>
      }
    >
      {words ? <Panels task={task} comparison={comparison} words={words} /> : <Skeleton h={600} />}
    </Screen>
  );
}

function Panels({
  task,
  comparison,
  words,
}: {
  task: TaskDetail;
  comparison: Comparison;
  words: Vocabulary;
}) {
  const { t } = useTranslation();
  const decides = useMay("annotate.adjudicate");
  const own = useQuery({
    queryKey: ["/annotate/attempts", task.id],
    queryFn: () => get<Page<Attempt>>("/annotate/attempts", { task_id: task.id }),
    enabled: decides,
  });
  const disputes = worstFirst(comparison.disputes, comparison.results.terms);
  const [at, setAt] = useState(0);
  const dispute = disputes[at] ?? null;
  const mine = own.data?.items.find((one) => one.part === "adjudicator") ?? null;
  const group =
    words.terms.find((term) => term.key === dispute?.key)?.group ?? words.groups[0] ?? "";
  return (
    <>
      <div className="desk">
        {task.slide_id ? (
          <SidesOfSlide task={task} disputed={dispute?.key ?? null} />
        ) : (
          <SidesOfVolume
            task={task}
            comparison={comparison}
            words={words}
            group={group}
            sliceAt={dispute?.slice ?? undefined}
          />
        )}
        <Disputes
          task={task}
          attempt={mine}
          words={words}
          disputes={disputes}
          at={at}
          setAt={setAt}
        />
      </div>
      <Section title={t("annotate.measure.title")} about={t("annotate.measure.about")}>
        <Stack gap="sm">
          <Measures comparison={comparison} words={words} slide={task.slide_id !== null} />
          <ComparedMarks comparison={comparison} words={words} />
        </Stack>
      </Section>
      <Sign task={task} />
    </>
  );
}
