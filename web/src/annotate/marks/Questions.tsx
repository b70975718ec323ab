import { Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { mmOf, type Triple } from "../../parts/viewer/space";
import type { VolumeHeader } from "../../parts/viewer/volume";
import { newId } from "../slide/element";
import type { Term, Vocabulary } from "../types";
import { useNamed } from "../words";
import { freshMark, type Mark, type MarkKind } from "./mark";
import type { Marks } from "./useMarks";
import { sliceOf } from "./words";

interface Props {
  marks: Marks;
  words: Vocabulary;
  header: VolumeHeader;
  /** The acquired slice that is shown, from 0. */
  slice: number;
  locked: boolean;
}

/** What a vocabulary asks of the whole case, and of the slice that is shown. */
export function Questions({ marks, words, header, slice, locked }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const asked = words.terms.filter((term) => term.question);
  if (!asked.length) return null;
  const kindOf = (term: Term): MarkKind => (term.question?.per_slice ? "slice_class" : "class");
  const here = (mark: Mark, term: Term) =>
    mark.key === term.key &&
    (!term.question?.per_slice || sliceOf(header, mark) === slice + 1) &&
    mark.kind === kindOf(term);
  const answer = (term: Term, value: string) => {
    // An answer that was taken back is given again as the same mark: one question, one answer.
    const known = marks.everKnown().find((mark) => here(mark, term));
    const points = term.question?.per_slice ? [centreOf(header, slice)] : [];
    const shape = { kind: kindOf(term), key: term.key, points };
    const mark = known ?? freshMark(newId(), shape, {});
    marks.change({ ...mark, answer: value || mark.answer, deleted: value === "" });
  };
  return (
    <section className="panel" aria-label={t("annotate.marks.questions")}>
      <Text size="sm" fw={650} px={12} pt={8}>
        {t("annotate.marks.questions")}
      </Text>
      <Stack gap={6} px={12} py={8}>
        {asked.map((term) => {
          const given = marks.marks.find((mark) => here(mark, term));
          const slices = marks.marks.filter((mark) => mark.key === term.key).length;
          return (
            <div key={term.key}>
              <NativeSelect
                size="xs"
                disabled={locked}
                withAsterisk={term.required}
                label={
                  term.question?.per_slice
                    ? t("annotate.marks.of_slice", { label: named(term), n: slice + 1 })
                    : named(term)
                }
                value={given?.answer ?? ""}
                onChange={(event) => answer(term, event.currentTarget.value)}
                data={[
                  { value: "", label: t("annotate.marks.unanswered") },
                  ...(term.question?.levels.map((level) => ({
                    value: level.key,
                    label: named(level),
                  })) ?? []),
                ]}
              />
              {term.question?.per_slice && slices > 0 && (
                <Group>
                  <Text size="xs" c="gray.7">
                    {t("annotate.marks.answered_slices", { n: slices })}
                  </Text>
                </Group>
              )}
            </div>
          );
        })}
      </Stack>
    </section>
  );
}

/** The middle of an acquired slice, in mm. */
function centreOf(header: VolumeHeader, slice: number): Triple {
  const [, height, width] = header.shape;
  return mmOf(header, [(width - 1) / 2, (height - 1) / 2, slice]);
}
