import { ActionIcon, Text, UnstyledButton } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { VolumeHeader } from "../../parts/viewer/volume";
import type { Vocabulary } from "../types";
import { useNamed } from "../words";
import type { Mark } from "./mark";
import { toolOf } from "./tools";
import type { Marking } from "./useMarking";
import { sliceOf, useMoreNumbers, useNumbers } from "./words";

interface Props {
  mark: Mark;
  number: number;
  words: Vocabulary;
  header: VolumeHeader;
  marking: Marking;
}

/** One mark of the list: its numbers, a way to it, and a way to be rid of it. */
export function MarkRow({ mark, number, words, header, marking }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const [numbers, more] = [useNumbers(header), useMoreNumbers()];
  const term = words.terms.find((one) => one.key === mark.key);
  const Icon = toolOf(mark.kind)?.Icon;
  const label = `${number} ${named(term)}`;
  return (
    <li className="mark-row" aria-current={marking.selected === mark.mark_id}>
      <UnstyledButton
        className="mark-jump"
        aria-label={t("annotate.marks.jump", { label })}
        onClick={() => marking.jump(mark)}
      >
        <span className="swatch" style={{ background: term?.colour }} aria-hidden />
        {Icon && <Icon size={16} aria-hidden />}
        <span>
          <Text size="sm" span>
            {label} {numbers(mark.values)}
          </Text>
          <Text size="xs" c="gray.7" component="div">
            {t("annotate.marks.slice", { n: sliceOf(header, mark) })} {more(mark.values)}{" "}
            {mark.text}
          </Text>
        </span>
      </UnstyledButton>
      <ActionIcon
        variant="subtle"
        color="gray.8"
        disabled={marking.locked}
        aria-label={t("annotate.marks.delete", { label })}
        onClick={() => marking.remove(mark)}
      >
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </li>
  );
}
