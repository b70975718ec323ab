import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { send } from "../api";
import { Refusal } from "../parts/Refusal";
import { openAttempt } from "./lease";
import type { Attempt } from "./types";

const starts = ["a", "b", "majority", "staple"] as const;

/** What an empty canvas of the adjudicator begins with; a fusion is a start, not the truth. */
export function Start({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: async (start: string) => {
      const opened =
        (await openAttempt(attempt.id, false)) ?? (await openAttempt(attempt.id, true));
      await send("POST", `/annotate/attempts/${attempt.id}/start`, {
        lease: opened?.lease,
        start,
      });
    },
    onSuccess: () => client.invalidateQueries(),
  });
  if (attempt.last_seq > 0) return null;
  return (
    <>
      <Text size="xs" c="gray.7">
        {t("annotate.start.about")}
      </Text>
      <Group gap={6}>
        {starts.map((one) => (
          <Button
            key={one}
            size="compact-xs"
            variant={act.isSuccess && act.variables === one ? "filled" : "default"}
            aria-pressed={act.isSuccess && act.variables === one}
            loading={act.isPending && act.variables === one}
            onClick={() => act.mutate(one)}
          >
            {t(`annotate.start.${one}`)}
          </Button>
        ))}
      </Group>
      {act.error && <Refusal error={act.error} />}
    </>
  );
}
