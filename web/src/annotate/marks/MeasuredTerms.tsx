import { Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Instead, type SaidOf } from "../Segments";
import type { Said, Term } from "../types";
import { useNamed } from "../words";
import type { Marking } from "./useMarking";

interface Props {
  terms: readonly Term[];
  count: (term: Term) => number;
  marking: Marking;
  said: SaidOf;
  say: (key: string, said: Said | null, reason: string) => void;
}

/** The labels that are measured: how many marks each has, or what is said instead. */
export function MeasuredTerms({ terms, count, marking, said, say }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const { locked } = marking;
  return terms.map((term) => (
    <div key={term.key}>
      <UnstyledButton
        className="segment"
        aria-pressed={marking.key === term.key}
        onClick={() => marking.chooseTerm(term.key)}
      >
        <span />
        <span className="swatch" style={{ background: term.colour }} aria-hidden />
        <Text size="sm" truncate fw={marking.key === term.key ? 650 : 400}>
          {named(term)}
          {term.required && (
            <Text span c="red.9" fw={700} aria-label={t("annotate.desk.required")}>
              {" *"}
            </Text>
          )}
        </Text>
        <Text size="xs" c="gray.7">
          {count(term) ? t("annotate.marks.count", { n: count(term) }) : "—"}
        </Text>
      </UnstyledButton>
      {!count(term) && <Instead term={term} said={said} say={say} locked={locked} />}
    </div>
  ));
}
