import { ActionIcon, Group, NativeSelect, Stack, Text, TextInput, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../../parts/Refusal";
import type { VolumeHeader } from "../../parts/viewer/volume";
import { keyName } from "../keys";
import type { SaidOf } from "../Segments";
import type { Said, Term, Vocabulary } from "../types";
import { useNamed } from "../words";
import { MarkRow } from "./MarkRow";
import { MeasuredTerms } from "./MeasuredTerms";
import { type Marking, toolsFor } from "./useMarking";
import type { Marks } from "./useMarks";

interface Props {
  marks: Marks;
  count: (term: Term) => number;
  said: SaidOf;
  say: (key: string, said: Said | null, reason: string) => void;
  marking: Marking;
  words: Vocabulary;
  header: VolumeHeader;
}

/** Measuring beside the picture: the label, its tools, and a list of what has been set. */
export function MarkPanel({ marks, marking, words, header, count, said, say }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const { tool, term, locked, selected } = marking;
  const measured = marks.marks.filter((mark) => mark.points.length && mark.kind !== "slice_class");
  const chosen = measured.find((mark) => mark.mark_id === selected);
  return (
    <section className="panel" aria-label={t("annotate.marks.title")}>
      <Group justify="space-between" px={12} pt={8}>
        <Text size="sm" fw={650}>
          {t("annotate.marks.title")}
        </Text>
        <Group gap={4}>
          <Tooltip label={t("annotate.marks.undo")}>
            <ActionIcon
              variant="default"
              aria-label={t("annotate.marks.undo")}
              disabled={locked || !marks.steps.undo}
              onClick={marks.undo}
            >
              <IconArrowBackUp size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t("annotate.marks.redo")}>
            <ActionIcon
              variant="default"
              aria-label={t("annotate.marks.redo")}
              disabled={locked || !marks.steps.redo}
              onClick={marks.redo}
            >
              <IconArrowForwardUp size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      <MeasuredTerms
        terms={words.terms.filter((one) => one.geometry === "measure")}
        count={count}
        marking={marking}
        said={said}
        say={say}
      />
      <Stack gap={6} px={12} py={8}>
        <NativeSelect
          size="xs"
          disabled={locked}
          aria-label={t("annotate.marks.label")}
          value={marking.key}
          onChange={(event) => marking.chooseTerm(event.currentTarget.value)}
          data={words.terms
            .filter((one) => !one.question)
            .map((one) => ({ value: one.key, label: named(one) }))}
        />
        <Group gap={4} role="group" aria-label={t("annotate.marks.tools")}>
          {toolsFor(term).map(({ kind, Icon, code }) => (
            <Tooltip
              key={kind}
              label={`${t(`annotate.marks.${kind}`)} (Alt ${keyName(code, marking.left)})`}
            >
              <ActionIcon
                size={30}
                variant={tool?.kind === kind ? "filled" : "default"}
                aria-pressed={tool?.kind === kind}
                aria-label={t(`annotate.marks.${kind}`)}
                disabled={locked}
                onClick={() =>
                  marking.choose(tool?.kind === kind ? null : (marking.toolOf(kind) ?? null))
                }
              >
                <Icon size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          ))}
        </Group>
        <Text size="xs" c="gray.7" aria-live="polite">
          {tool ? t(`annotate.marks.how_${tool.clicks}`) : t("annotate.marks.none")}
        </Text>
        {chosen && (
          <TextInput
            key={chosen.mark_id}
            size="xs"
            maxLength={200}
            disabled={locked}
            aria-label={t("annotate.marks.text")}
            placeholder={t("annotate.marks.text")}
            defaultValue={chosen.text}
            onBlur={(event) => {
              const text = event.currentTarget.value.trim();
              if (text !== chosen.text) marks.change({ ...chosen, text });
            }}
          />
        )}
      </Stack>
      {marks.refused ? <Refusal error={marks.refused} retry={() => void marks.load()} /> : null}
      <ul className="mark-list" aria-label={t("annotate.marks.list")}>
        {measured.map((mark, at) => (
          <MarkRow
            key={mark.mark_id}
            mark={mark}
            number={at + 1}
            words={words}
            header={header}
            marking={marking}
          />
        ))}
      </ul>
    </section>
  );
}
