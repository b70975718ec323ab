import { Button, Group, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Act } from "../parts/Act";
import { useCode } from "../parts/code";
import { isComposing } from "../parts/form/composing";
import { moment } from "../parts/format";
import { Refusal } from "../parts/Refusal";
import { State } from "../parts/State";
import { useMay, useMe } from "../shell/session";
import type { CaseDetail } from "./rows";
import { useDecisions } from "./useDecisions";

const OUTCOMES = ["accept", "review", "exclude"];

/** Who decided otherwise than the recipe, when and why; and the form that does it. */
export function Decide({ found }: { found: CaseDetail }) {
  const { t } = useTranslation();
  const said = useCode();
  const may = useMay("select.override");
  const me = useMe().data;
  const [outcome, setOutcome] = useState(found.standing === "accept" ? "exclude" : "accept");
  const [reason, setReason] = useState("");
  const sending = useDecisions(() => setReason(""));
  const ready = reason.trim().length >= 3 && outcome !== found.standing;
  const send = () => {
    if (ready) sending.mutate({ cases: [found.id], outcome, reason: reason.trim() });
  };
  return (
    <Stack gap="sm">
      {found.overrides.length === 0 && (
        <Text size="sm" c="gray.7">
          {t("select.nobody_decided")}
        </Text>
      )}
      {found.overrides.map((one) => (
        <Group key={one.id} gap="sm" align="flex-start" wrap="nowrap">
          <State value={one.outcome} />
          <div>
            <Text size="sm">{said("select.why_code", one.reason)}</Text>
            <Text size="xs" c="gray.7">
              {one.by_name ?? t("parts.platform")} · {moment(one.created_at)} ·{" "}
              {t(`parts.state.${one.state}`)}
              {one.confirmed_by_name &&
                ` · ${t("select.confirmed_by", { name: one.confirmed_by_name })} ${moment(one.confirmed_at)}`}
            </Text>
          </div>
          {may && one.state === "waiting" && one.by !== me?.id && (
            <Act path={`/select/overrides/${one.id}/confirm`} label={t("select.confirm")} />
          )}
        </Group>
      ))}
      {may && (
        <Stack
          gap="xs"
          component="form"
          onKeyDown={(event) => {
            // Ctrl-Enter keeps the reason; Enter alone begins a line.
            if (event.key === "Enter" && event.ctrlKey && !isComposing(event)) send();
          }}
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <SegmentedControl
            size="xs"
            aria-label={t("select.decision")}
            value={outcome}
            onChange={setOutcome}
            data={OUTCOMES.map((value) => ({ value, label: t(`parts.state.${value}`) }))}
          />
          <Textarea
            label={t("parts.why")}
            description={t("select.why_about")}
            required
            minLength={3}
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {sending.error && <Refusal error={sending.error} />}
          <Group justify="flex-end">
            <Button type="submit" size="xs" loading={sending.isPending} disabled={!ready}>
              {t("select.decide")}
            </Button>
          </Group>
        </Stack>
      )}
    </Stack>
  );
}
