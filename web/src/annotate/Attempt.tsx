import { Group, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { FullReader } from "./FullReader";
import { SlideDesk } from "./SlideDesk";
import { Standing } from "./Standing";
import type { Attempt as AttemptRow, TaskDetail } from "./types";
import { VolumeDesk } from "./VolumeDesk";
import { useNamed, useVocabulary } from "./words";

/** One's own part of a case, open for drawing. */
export function Attempt() {
  const { id } = useParams({ strict: false }) as { id: string };
  return (
    <Loaded<AttemptRow> path={`/annotate/attempts/${id}`}>
      {(attempt) => (
        <Loaded<TaskDetail> path={`/annotate/tasks/${attempt.task_id}`}>
          {(task) => <Desk attempt={attempt} task={task} />}
        </Loaded>
      )}
    </Loaded>
  );
}

function Desk({ attempt, task }: { attempt: AttemptRow; task: TaskDetail }) {
  const { t } = useTranslation();
  const named = useNamed();
  const words = useVocabulary(task.vocabulary).data;
  return (
    <Screen
      title={
        <Group gap="sm">
          {t("annotate.desk.title", { kind: words ? named(words) : "" })}
          <Standing value={attempt.state} />
          {task.series_id && <FullReader attempt={attempt} />}
        </Group>
      }
      about={
        <Text span size="sm">
          {t(`annotate.part_about.${attempt.part}`)}
        </Text>
      }
    >
      {words &&
        (task.slide_id ? (
          <SlideDesk attempt={attempt} task={task} words={words} />
        ) : (
          <VolumeDesk attempt={attempt} task={task} words={words} />
        ))}
    </Screen>
  );
}
