import { Button, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { Leave } from "./Leave";
import { RaiseFinding } from "./RaiseFinding";
import { Submit } from "./Submit";
import type { Attempt } from "./types";

/** A reader hands in, leaves the case, or tells the hospital something; an adjudicator goes back to the decisions. */
export function Finish({
  attempt,
  ...rest
}: { attempt: Attempt } & Omit<ComponentProps<typeof Submit>, "attempt">) {
  const { t } = useTranslation();
  if (attempt.part === "reader")
    return (
      <Group gap="xs" wrap="nowrap">
        <RaiseFinding task={attempt.task_id} />
        <Leave attempt={attempt.id} settled={rest.settled} />
        <Submit attempt={attempt.id} {...rest} />
      </Group>
    );
  const to = `/annotate/tasks/${attempt.task_id}/compare`;
  return (
    <Button size="xs" variant="outline" component={Link} to={to}>
      {t("annotate.back_to_decisions")}
    </Button>
  );
}
