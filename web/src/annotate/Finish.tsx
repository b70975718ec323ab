import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { Submit } from "./Submit";
import type { Attempt } from "./types";

/** A reader hands in; an adjudicator goes back to the decisions. */
export function Finish({
  attempt,
  ...rest
}: { attempt: Attempt } & Omit<ComponentProps<typeof Submit>, "attempt">) {
  const { t } = useTranslation();
  if (attempt.part === "reader") return <Submit attempt={attempt.id} {...rest} />;
  const to = `/annotate/tasks/${attempt.task_id}/compare`;
  return (
    <Button size="xs" variant="outline" component={Link} to={to}>
      {t("annotate.back_to_decisions")}
    </Button>
  );
}
