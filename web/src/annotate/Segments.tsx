import { Group, NativeSelect, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Said, Term } from "./types";
import { useNamed } from "./words";

export type SaidOf = Record<string, { said: Said; reason: string }>;

interface Props {
  terms: Term[];
  chosen: string;
  choose: (key: string) => void;
  /** How much of a label is drawn, in words; null is nothing. */
  amount: (term: Term) => string | null;
  said: SaidOf;
  say: (key: string, said: Said | null, reason: string) => void;
  locked: boolean;
}

/** The labels of the task: colour, name and key, how much is drawn, or what is said instead. */
export function Segments(props: Props) {
  const { terms, chosen, choose, amount } = props;
  const { t } = useTranslation();
  const named = useNamed();
  return (
    <Stack gap={0} component="section" aria-label={t("annotate.desk.labels")} className="panel">
      <Group justify="space-between" px={12} pt={8} pb={4}>
        <Text size="sm" fw={650}>
          {t("annotate.desk.labels")}
        </Text>
        <Text size="xs" c="gray.7">
          {t("annotate.desk.required_mark")}
        </Text>
      </Group>
      {terms.map((term, at) => {
        const drawn = amount(term);
        const group = term.group !== terms[at - 1]?.group;
        return (
          <div key={term.key}>
            {group && <GroupHead terms={terms} group={term.group} />}
            <UnstyledButton
              className="segment"
              aria-pressed={chosen === term.key}
              onClick={() => choose(term.key)}
            >
              {at < 9 ? <kbd>{at + 1}</kbd> : <span />}
              <span className="swatch" style={{ background: term.colour }} aria-hidden />
              <Text size="sm" truncate fw={chosen === term.key ? 650 : 400}>
                {named(term)}
                {term.required && (
                  <Text span c="red.9" fw={700} aria-label={t("annotate.desk.required")}>
                    {" *"}
                  </Text>
                )}
              </Text>
              <Text size="xs" c="gray.7" style={{ fontVariantNumeric: "tabular-nums" }}>
                {drawn ?? "—"}
              </Text>
            </UnstyledButton>
            {!drawn && <Instead {...props} term={term} />}
          </div>
        );
      })}
    </Stack>
  );
}

/** Which labels exclude each other, and that all others may overlap them. */
function GroupHead({ terms, group }: { terms: readonly Term[]; group: string }) {
  const { t } = useTranslation();
  const many = terms.filter((term) => term.group === group).length;
  return (
    <Text size="xs" c="gray.7" px={12} pt={6} className="group-head">
      {t(many > 1 ? "annotate.desk.exclusive" : "annotate.desk.alone")}
    </Text>
  );
}

/** What is said of a label that is not drawn; an empty picture alone says nothing. */
export function Instead({
  term,
  said,
  say,
  locked,
}: Pick<Props, "said" | "say" | "locked"> & { term: Term }) {
  const { t } = useTranslation();
  const named = useNamed();
  const now = said[term.key];
  return (
    <div className="segment-said">
      <NativeSelect
        size="xs"
        disabled={locked}
        aria-label={t("annotate.desk.said_of", { label: named(term) })}
        value={now?.said ?? ""}
        onChange={(event) => {
          const value = event.currentTarget.value;
          say(term.key, value === "" ? null : (value as Said), now?.reason ?? "");
        }}
        data={[
          { value: "", label: t(term.required ? "annotate.said.open" : "annotate.said.nothing") },
          { value: "absent", label: t("annotate.said.absent") },
          { value: "not_assessed", label: t("annotate.said.not_assessed") },
          { value: "cannot_assess", label: t("annotate.said.cannot_assess") },
        ]}
      />
      {now?.said === "cannot_assess" && (
        <TextInput
          mt={4}
          size="xs"
          required
          disabled={locked}
          placeholder={t("annotate.said.reason")}
          aria-label={t("annotate.said.reason")}
          value={now.reason}
          onChange={(event) => say(term.key, "cannot_assess", event.currentTarget.value)}
        />
      )}
    </div>
  );
}
