import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconInfoCircle, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { Refusal } from "../parts/Refusal";
import type { Attempt, TaskDetail } from "./types";

interface Props {
  attempt: Attempt;
  task: TaskDetail;
  readOnly: boolean;
  refused?: unknown;
  recovered?: number;
  stray?: number;
  take: () => void;
}

const handedIn = new Set(["submitted", "accepted", "released", "cannot_read", "doubted"]);

/** What a reader has to know before drawing: why it came back, who holds it, what was recovered. */
export function Notices(props: Props) {
  const { attempt, task, readOnly, refused, recovered = 0, stray = 0, take } = props;
  const { t } = useTranslation();
  const said = useCode();
  const done = handedIn.has(attempt.state);
  return (
    <Stack gap="xs">
      {task.reason && !done && (
        <Alert color="orange.9" variant="outline" title={t("annotate.notice.returned")}>
          <Text size="sm">{said("parts.problem", task.reason)}</Text>
        </Alert>
      )}
      {readOnly && (
        <Alert color="indigo.9" variant="outline" icon={<IconLock aria-hidden />} py="xs">
          <Group gap="md">
            <Text size="sm">
              {t(done ? "annotate.notice.handed_in" : "annotate.notice.elsewhere")}
            </Text>
            {!done && (
              <Button size="xs" variant="outline" onClick={take}>
                {t("annotate.notice.take")}
              </Button>
            )}
          </Group>
        </Alert>
      )}
      {recovered > 0 && (
        <Alert color="teal.9" variant="outline" icon={<IconInfoCircle aria-hidden />} py="xs">
          <Text size="sm">{t("annotate.notice.recovered", { n: recovered })}</Text>
        </Alert>
      )}
      {stray > 0 && (
        <Alert color="orange.9" variant="outline" icon={<IconInfoCircle aria-hidden />} py="xs">
          <Text size="sm">{t("annotate.notice.stray", { n: stray })}</Text>
        </Alert>
      )}
      {refused ? <Refusal error={refused} retry={take} /> : null}
    </Stack>
  );
}
