import {
  ActionIcon,
  Button,
  Group,
  SegmentedControl,
  Stack,
  Text,
  UnstyledButton,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconArrowBackUp, IconKeyboard, IconTrash } from "@tabler/icons-react";
import type OpenSeadragon from "openseadragon";
import { type KeyboardEvent, useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../parts/Refusal";
import { Opened } from "../parts/viewer/root";
import type { SlideHeader } from "../parts/viewer/SlideViewer";
import "./desk.css";
import { DrawnSlide } from "./DrawnSlide";
import { Finish } from "./Finish";
import { Help } from "./Help";
import { Notices } from "./Notices";
import { areaOf } from "./polygons";
import { Segments } from "./Segments";
import type { Attempt, Element, TaskDetail, Vocabulary } from "./types";
import { type ElementSaving, useElements } from "./useElements";
import { toSubmit, useSaid } from "./useSaid";
import { type SlideMode, useSlideTools } from "./useSlideTools";
import { useNamed } from "./words";

interface Props {
  attempt: Attempt;
  task: TaskDetail;
  words: Vocabulary;
}

/** The polygon task: outline areas on a slide; each polygon is saved by itself. */
export function SlideDesk(props: Props) {
  return (
    <Opened slide={props.task.slide_id ?? ""} purpose="task">
      {(base) => <Desk {...props} base={base} />}
    </Opened>
  );
}

function Desk({ attempt, task, words, base }: Props & { base: string }) {
  const { t } = useTranslation();
  const named = useNamed();
  const held = useElements(attempt);
  const { said, say } = useSaid(attempt);
  const [mode, setMode] = useState<SlideMode>("polygon");
  const [term, setTerm] = useState(words.terms[0]?.key ?? "");
  const [slide, setSlide] = useState<{ viewer: OpenSeadragon.Viewer; header: SlideHeader }>();
  const [help, { open: showHelp, close: hideHelp }] = useDisclosure(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  const locked = !held.lease || held.saving.refused !== null;
  const ready = useCallback((viewer: OpenSeadragon.Viewer, header: SlideHeader) => {
    setSlide({ viewer, header });
  }, []);
  const tools = useSlideTools({
    canvas,
    viewer: slide?.viewer ?? null,
    size: [slide?.header.width ?? 0, slide?.header.height ?? 0],
    words,
    elements: held.shown,
    mode,
    term,
    locked,
    add: held.add,
    refuse: (code) =>
      notifications.show({ message: t(`annotate.slide.${code}`), color: "orange.9" }),
  });
  const remove = (element: Element | undefined) => element && !locked && held.remove(element);
  const press = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (event.nativeEvent.isComposing || target.closest("input,textarea,select")) return;
    const digit = /^Digit([1-9])$/.exec(event.code);
    if (event.ctrlKey || event.metaKey) {
      if (event.code === "KeyZ" && held.undoable && !locked) held.undo();
      return;
    }
    if (digit) setTerm(words.terms[Number(digit[1]) - 1]?.key ?? term);
    else if (event.key === "?") showHelp();
    else if (event.code === "KeyP") setMode("polygon");
    else if (event.code === "KeyV") setMode("select");
    else if (event.code === "Escape") tools.cancel();
    else if (event.code === "Enter" && tools.vertices) tools.close();
    else if (event.code === "Delete") {
      remove(held.shown.find((one) => one.element_id === tools.chosen));
    }
  };
  if (held.error) return <Refusal error={held.error} />;
  const count = (key: string) => held.shown.filter((one) => one.key === key).length;
  const submitted = toSubmit(words.terms, (one) => count(one.key) > 0, said);
  return (
    <Stack gap="sm" onKeyDown={press}>
      <Notices
        attempt={attempt}
        task={task}
        readOnly={held.ready && !held.lease}
        refused={held.saving.refused}
        take={() => void held.open(true)}
      />
      <Group justify="space-between">
        <Saved saving={held.saving} />
        <Finish
          attempt={attempt}
          lease={locked ? null : held.lease}
          terms={words.terms}
          submitted={submitted}
          unseen={0}
          settled={held.settled}
        />
      </Group>
      <div className="desk">
        <Stack gap="xs">
          <Group gap="sm" className="panel" px={10} py={6}>
            <SegmentedControl
              size="xs"
              aria-label={t("annotate.desk.tools")}
              value={mode}
              onChange={(value) => setMode(value as SlideMode)}
              data={[
                { value: "polygon", label: `${t("annotate.slide.polygon")}  P` },
                { value: "select", label: `${t("annotate.slide.select")}  V` },
              ]}
            />
            <Text size="sm" c="gray.7">
              {tools.vertices
                ? t("annotate.slide.under_way", { n: tools.vertices })
                : t(`annotate.slide.${mode}_hint`)}
            </Text>
            <Group gap={4} ml="auto">
              <Button
                size="compact-sm"
                variant="default"
                disabled={tools.vertices < 3}
                onClick={tools.close}
              >
                {t("annotate.slide.close")}
              </Button>
              <ActionIcon
                variant="default"
                aria-label={t("annotate.desk.undo")}
                disabled={locked || !held.undoable}
                onClick={held.undo}
              >
                <IconArrowBackUp size={17} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="default"
                aria-label={t("annotate.help.title")}
                onClick={showHelp}
              >
                <IconKeyboard size={17} aria-hidden />
              </ActionIcon>
            </Group>
          </Group>
          <DrawnSlide
            base={base}
            height={Math.max(420, innerHeight - 290)}
            canvas={canvas}
            onReady={ready}
          />
        </Stack>
        <Stack gap="xs">
          <Segments
            terms={words.terms}
            chosen={term}
            choose={setTerm}
            amount={(one) =>
              count(one.key) ? t("annotate.slide.count", { n: count(one.key) }) : null
            }
            said={said}
            say={say}
            locked={locked}
          />
          <section className="panel" aria-label={t("annotate.slide.list")}>
            <Text size="sm" fw={650} px={12} pt={8} pb={4}>
              {t("annotate.slide.list")}
            </Text>
            {held.shown.map((element, at) => {
              const kind = words.terms.find((one) => one.key === element.key);
              const mpp = slide?.header.mpp;
              const area = areaOf(element.rings[0] ?? []);
              return (
                <Group key={element.element_id} gap={0} wrap="nowrap" pr={8}>
                  <UnstyledButton
                    className="segment"
                    aria-pressed={tools.chosen === element.element_id}
                    onClick={() => tools.setChosen(element.element_id)}
                  >
                    <Text size="xs" c="gray.7" ta="right">
                      {at + 1}
                    </Text>
                    <span className="swatch" style={{ background: kind?.colour }} aria-hidden />
                    <Text size="sm">{named(kind)}</Text>
                    <Text size="xs" c="gray.7">
                      {mpp
                        ? `${((area * mpp * mpp) / 1e6).toFixed(3)} mm²`
                        : `${area.toFixed(0)} px²`}
                    </Text>
                  </UnstyledButton>
                  <ActionIcon
                    variant="subtle"
                    color="gray.8"
                    disabled={locked}
                    aria-label={t("annotate.slide.delete", { n: at + 1 })}
                    onClick={() => remove(element)}
                  >
                    <IconTrash size={16} aria-hidden />
                  </ActionIcon>
                </Group>
              );
            })}
            {held.shown.length === 0 && (
              <Text size="sm" c="gray.7" px={12} pb={10}>
                {t("annotate.slide.none")}
              </Text>
            )}
          </section>
        </Stack>
      </div>
      <Help sheet="polygon" opened={help} close={hideHelp} />
    </Stack>
  );
}

function Saved({ saving }: { saving: ElementSaving }) {
  const { t } = useTranslation();
  const time = saving.saved?.at.toLocaleTimeString("ja-JP", { hour12: false });
  const words = saving.offline
    ? t("annotate.desk.offline", { n: saving.waiting })
    : saving.waiting
      ? t("annotate.desk.saving", { n: saving.waiting })
      : time
        ? t("annotate.desk.saved", { time })
        : t("annotate.desk.nothing_new");
  return (
    <Text size="sm" role="status" aria-live="polite" c={saving.offline ? "red.9" : "gray.8"}>
      {words}
    </Text>
  );
}
