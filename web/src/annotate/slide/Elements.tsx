import { ActionIcon, Group, Text, UnstyledButton } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Vocabulary } from "../types";
import { useNamed } from "../words";
import type { Element } from "./element";
import { measured } from "./measure";
import type { Shapes } from "./shapes";

interface Props {
  shapes: Shapes;
  words: Vocabulary;
  mpp: number | null;
  chosen: string | null;
  choose: (id: string) => void;
  remove: (element: Element) => void;
  locked: boolean;
}

/** A list of very many is no help: the newest are here, the rest is chosen on the slide. */
const MOST = 60;

/** The newest elements with what they measure, each to choose or to delete. */
export function Elements({ shapes, words, mpp, chosen, choose, remove, locked }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const listed = shapes.last(MOST);
  const before = shapes.count - listed.length;
  const number = new Map(listed.map((one, at) => [one.element_id, before + at + 1]));
  return (
    <section className="panel slide-list" aria-label={t("annotate.slide.list")}>
      <Group justify="space-between" px={12} pt={8} pb={4}>
        <Text size="sm" fw={650}>
          {t("annotate.slide.list")}
        </Text>
        {!mpp && (
          <Text size="xs" c="gray.7">
            {t("annotate.slide.no_scale")}
          </Text>
        )}
      </Group>
      {before > 0 && (
        <Text size="xs" c="gray.7" px={12} pb={4}>
          {t("annotate.slide.more", { n: before })}
        </Text>
      )}
      {listed.map((element, at) => {
        const n = before + at + 1;
        const kind = words.terms.find((one) => one.key === element.key);
        const parent = element.parent ? number.get(element.parent) : undefined;
        return (
          <Group key={element.element_id} gap={0} wrap="nowrap" pr={8}>
            <UnstyledButton
              className="segment"
              aria-pressed={chosen === element.element_id}
              onClick={() => choose(element.element_id)}
            >
              <Text size="xs" c="gray.7" ta="right">
                {n}
              </Text>
              <span className="swatch" style={{ background: kind?.colour }} aria-hidden />
              <Text size="sm">
                {element.kind === "polygon"
                  ? named(kind)
                  : `${named(kind)} · ${t(`annotate.slide.tool.${element.kind}`)}`}
                {parent && (
                  <Text span size="xs" c="gray.7">
                    {` ${t("annotate.slide.within", { n: parent })}`}
                  </Text>
                )}
              </Text>
              <Text size="xs" c="gray.7" ta="right">
                {measured(element, mpp).join(" · ")}
              </Text>
            </UnstyledButton>
            <ActionIcon
              variant="subtle"
              color="gray.8"
              disabled={locked}
              aria-label={t("annotate.slide.delete", { n })}
              onClick={() => remove(element)}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        );
      })}
      {listed.length === 0 && (
        <Text size="sm" c="gray.7" px={12} pb={10}>
          {t("annotate.slide.none")}
        </Text>
      )}
    </section>
  );
}
