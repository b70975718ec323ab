import {
  Anchor,
  Button,
  Group,
  Select,
  Stack,
  Text,
  Textarea,
  UnstyledButton,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api";
import { isComposing } from "../parts/form/composing";
import { Refusal } from "../parts/Refusal";
import { Help } from "./Help";
import { openAttempt } from "./lease";
import { Start } from "./Start";
import { nextOpen } from "./settling";
import type { Attempt, Choice, Dispute, TaskDetail, Vocabulary } from "./types";
import { useNamed } from "./words";

interface Props {
  task: TaskDetail;
  /** The adjudicator's own part; null for everybody else, who only reads. */
  attempt: Attempt | null;
  words: Vocabulary;
  disputes: Dispute[];
  at: number;
  setAt: (at: number) => void;
}

const keys: Record<string, Choice> = {
  KeyA: "a",
  KeyB: "b",
  KeyM: "merge",
  KeyX: "none",
  KeyE: "edit",
};
const choices: [Choice, string][] = [
  ["a", "A"],
  ["b", "B"],
  ["merge", "M"],
  ["none", "X"],
  ["edit", "E"],
];
const codes = ["boundary", "missed", "not_a_lesion", "artefact", "guideline", "other"];
/** What a reason mostly is, by what is disputed; the adjudicator may choose another. */
const likely: Record<string, string> = {
  missed_by_a: "missed",
  missed_by_b: "missed",
  presence: "missed",
};
const open = new Set(["disputed", "adjudicating"]);

/** What is disputed, worst first; one key chooses, a reason follows, Enter keeps it. */
export function Disputes({ task, attempt, words, disputes, at, setAt }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const client = useQueryClient();
  const dispute = disputes[at];
  const [choice, setChoice] = useState<Choice | null>(null);
  const [reason, setReason] = useState("");
  const [code, setCode] = useState<string>("missed");
  const [help, { open: showHelp, close: hideHelp }] = useDisclosure(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const decides = attempt !== null && open.has(task.state);
  const refresh = () => client.invalidateQueries();
  const decide = useMutation({
    mutationFn: () =>
      send("POST", `/annotate/disputes/${dispute?.id}/decisions`, {
        choice,
        code,
        reason: reason.trim(),
      }),
    onSuccess: async () => {
      await refresh();
      const next = nextOpen(disputes, at);
      if (next >= 0 && next !== at) setAt(next);
      else setChoice(null);
      field.current?.blur();
    },
  });
  const propose = useMutation({
    mutationFn: async () => {
      const id = attempt?.id ?? "";
      const opened = (await openAttempt(id, false)) ?? (await openAttempt(id, true));
      await send("POST", `/annotate/attempts/${id}/propose`, { lease: opened?.lease });
    },
    onSuccess: refresh,
  });
  useEffect(() => {
    setChoice(dispute?.decision?.choice ?? null);
    setReason(dispute?.decision?.reason ?? "");
    setCode(dispute?.decision?.code ?? likely[dispute?.reason ?? ""] ?? "boundary");
  }, [dispute]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target.closest("input:not([type=range]),textarea,select,[role=dialog]")) return;
      const chosen = keys[event.code];
      if (event.key === "?") showHelp();
      else if (event.code === "KeyN") setAt(Math.min(disputes.length - 1, at + 1));
      else if (event.code === "KeyP") setAt(Math.max(0, at - 1));
      else if (chosen && decides) {
        event.preventDefault();
        setChoice(chosen);
        field.current?.focus();
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [at, setAt, disputes.length, decides, showHelp]);
  const undecided = disputes.filter((one) => !one.decision).length;
  const label = (key: string) => named(words.terms.find((one) => one.key === key));
  const ready = choice !== null && reason.trim() !== "" && dispute !== undefined;
  return (
    <Stack gap="xs">
      <section className="panel" aria-label={t("annotate.dispute.title")}>
        <Group justify="space-between" px={12} pt={8} pb={4}>
          <Text size="sm" fw={650}>
            {t("annotate.dispute.title")}
          </Text>
          <Text size="xs" c="gray.7" aria-live="polite">
            {t("annotate.dispute.left", { n: undecided, of: disputes.length })}
          </Text>
        </Group>
        {disputes.map((one, n) => (
          <UnstyledButton
            key={one.id}
            className="segment"
            aria-pressed={n === at}
            onClick={() => setAt(n)}
          >
            <Text size="xs" c="gray.7" ta="right">
              {n + 1}
            </Text>
            <span
              className="swatch"
              style={{ background: words.terms.find((term) => term.key === one.key)?.colour }}
              aria-hidden
            />
            <Text size="sm">
              {label(one.key)}
              <Text span size="xs" c="gray.7">
                {" · "}
                {t(`annotate.reason.${one.reason}`, { defaultValue: one.reason })}
                {one.slice !== null && ` · ${t("parts.viewer.slice")} ${one.slice + 1}`}
              </Text>
            </Text>
            {one.decision ? (
              <Group gap={2} wrap="nowrap">
                <IconCheck size={14} color="#087f5b" aria-hidden />
                <Text size="xs">{t(`annotate.choice_short.${one.decision.choice}`)}</Text>
              </Group>
            ) : (
              <Text size="xs" c="gray.7">
                {t("annotate.dispute.open")}
              </Text>
            )}
          </UnstyledButton>
        ))}
        {disputes.length === 0 && (
          <Text size="sm" px={12} pb={10} c="gray.7">
            {t("annotate.dispute.none")}
          </Text>
        )}
      </section>
      {decides && dispute && (
        <section className="panel" aria-label={t("annotate.dispute.decide")}>
          <Stack gap={8} p={12}>
            <Text size="sm" fw={650}>
              {t("annotate.dispute.decide_label", { label: label(dispute.key) })}
            </Text>
            <Group gap={6}>
              {choices.map(([value, key]) => (
                <Button
                  key={value}
                  size="compact-sm"
                  variant={choice === value ? "filled" : "default"}
                  aria-pressed={choice === value}
                  onClick={() => {
                    setChoice(value);
                    field.current?.focus();
                  }}
                >
                  {t(`annotate.choice.${value}`)}{" "}
                  <Text span size="xs" ff="monospace" ml={5}>
                    {key}
                  </Text>
                </Button>
              ))}
            </Group>
            <Select
              size="xs"
              allowDeselect={false}
              label={t("annotate.dispute.code")}
              value={code}
              onChange={(value) => value && setCode(value)}
              data={codes.map((one) => ({ value: one, label: t(`annotate.reason_code.${one}`) }))}
            />
            <Textarea
              ref={field}
              size="xs"
              required
              autosize
              minRows={2}
              label={t("annotate.dispute.reason")}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter" || isComposing(event) || event.shiftKey) return;
                event.preventDefault();
                if (ready) decide.mutate();
              }}
            />
            {choice === "edit" && (
              <>
                {attempt && !task.slide_id && <Start attempt={attempt} />}
                <Anchor component={Link} to={`/annotate/attempts/${attempt?.id}`} size="sm">
                  {t("annotate.dispute.draw")}
                </Anchor>
              </>
            )}
            <Button
              size="xs"
              disabled={!ready}
              loading={decide.isPending}
              onClick={() => decide.mutate()}
            >
              {t("annotate.dispute.keep")}
            </Button>
            {decide.error && <Refusal error={decide.error} />}
          </Stack>
        </section>
      )}
      {decides && (
        <Button
          size="xs"
          variant={undecided ? "default" : "filled"}
          disabled={undecided > 0}
          loading={propose.isPending}
          onClick={() => propose.mutate()}
        >
          {t("annotate.dispute.propose")}
        </Button>
      )}
      {propose.error && <Refusal error={propose.error} />}
      {decides && (
        <Text size="xs" c="gray.7" px={4}>
          {t("annotate.dispute.hint")}
        </Text>
      )}
      <Help sheet="compare" opened={help} close={hideHelp} />
    </Stack>
  );
}
