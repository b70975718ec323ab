import { Group, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import type OpenSeadragon from "openseadragon";
import { type KeyboardEvent, useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../parts/Refusal";
import { Opened } from "../parts/viewer/root";
import type { SlideHeader } from "../parts/viewer/SlideViewer";
import "./desk.css";
import "./slide/slide.css";
import { DrawnSlide } from "./DrawnSlide";
import { Finish } from "./Finish";
import { Notices } from "./Notices";
import { Segments } from "./Segments";
import { Counts } from "./slide/Counts";
import { Elements } from "./slide/Elements";
import type { Element } from "./slide/element";
import { Keys } from "./slide/Keys";
import { slideAct } from "./slide/keys";
import { Saved } from "./slide/Saved";
import { useSettings } from "./slide/settings";
import { ToolBar } from "./slide/ToolBar";
import { polygon } from "./slide/tools/polygon";
import type { SlideTool } from "./slide/tools/tool";
import type { Attempt, TaskDetail, Vocabulary } from "./types";
import { useElements } from "./useElements";
import { toSubmit, useSaid } from "./useSaid";
import { useSlideTools } from "./useSlideTools";

interface Props {
  attempt: Attempt;
  task: TaskDetail;
  words: Vocabulary;
}

interface Slide {
  viewer: OpenSeadragon.Viewer;
  header: SlideHeader;
}

/** The task on a slide: outline areas, mark cells, measure; each element is saved by itself. */
export function SlideDesk(props: Props) {
  return <Opened task={props.task.id}>{(base) => <Desk {...props} base={base} />}</Opened>;
}

function Desk({ attempt, task, words, base }: Props & { base: string }) {
  const { t } = useTranslation();
  const [slide, setSlide] = useState<Slide>();
  const [tool, take] = useState<SlideTool>(polygon);
  const [term, setTerm] = useState(words.terms[0]?.key ?? "");
  const [help, { open: showHelp, close: hideHelp }] = useDisclosure(false);
  const { said, say } = useSaid(attempt);
  const { settings, set } = useSettings();
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = [slide?.header.width ?? 0, slide?.header.height ?? 0] as const;
  const mpp = slide?.header.mpp ?? null;
  const held = useElements(attempt, size);
  const { shapes } = held;
  const locked = !held.lease || held.saving.refused !== null;
  const ready = useCallback(
    (viewer: OpenSeadragon.Viewer, header: SlideHeader) => setSlide({ viewer, header }),
    [],
  );
  const tools = useSlideTools({
    canvas,
    viewer: slide?.viewer ?? null,
    size,
    mpp,
    words,
    shapes,
    tool,
    settings,
    term,
    locked,
    add: held.add,
    change: held.change,
    refuse: (code) =>
      notifications.show({ message: t(`annotate.slide.${code}`), color: "orange.9" }),
  });
  const remove = (element: Element | null) => element && !locked && held.remove(element);
  const press = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const act = target.closest("input,textarea,select") ? null : slideAct(event.nativeEvent);
    if (act?.kind === "tool") take(act.tool);
    else if (act?.kind === "label") setTerm(words.terms[act.number - 1]?.key ?? term);
    else if (act?.kind === "size") {
      set({ radius: Math.min(120, Math.max(2, settings.radius + 3 * act.by)) });
    } else if (act?.kind === "undo" && held.undoable && !locked) held.undo();
    else if (act?.kind === "redo" && held.redoable && !locked) held.redo();
    else if (act?.kind === "help") showHelp();
    else if (act?.kind === "cancel") tools.cancel();
    else if (act?.kind === "finish") tools.finish();
    else if (act?.kind === "remove") remove(tools.chosen);
  };
  if (held.error) return <Refusal error={held.error} />;
  const amount = (key: string) => shapes?.amount(key) ?? 0;
  const submitted = toSubmit(words.terms, (one) => amount(one.key) > 0, said);
  const box = tools.chosen?.kind === "annotated" ? tools.chosen : null;
  return (
    <Stack gap="sm" onKeyDown={press}>
      <Notices
        attempt={attempt}
        task={task}
        readOnly={shapes !== null && !held.lease}
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
          <ToolBar
            tool={tool}
            take={take}
            settings={settings}
            set={set}
            underWay={tools.underWay}
            finish={tools.finish}
            undo={held.undoable && !locked ? held.undo : null}
            redo={held.redoable && !locked ? held.redo : null}
            help={showHelp}
          />
          <DrawnSlide
            base={base}
            height={Math.max(420, innerHeight - 330)}
            canvas={canvas}
            onReady={ready}
            elements={shapes?.count}
          />
        </Stack>
        <Stack gap="xs">
          <Segments
            terms={words.terms}
            chosen={term}
            choose={setTerm}
            amount={(one) =>
              amount(one.key) ? t("annotate.slide.count", { n: amount(one.key) }) : null
            }
            said={said}
            say={say}
            locked={locked}
          />
          {shapes && box && (
            <Counts
              shapes={shapes}
              words={words}
              box={box}
              mpp={mpp}
              field_mm2={settings.field_mm2}
            />
          )}
          {shapes && (
            <Elements
              shapes={shapes}
              words={words}
              mpp={mpp}
              chosen={tools.chosen?.element_id ?? null}
              choose={tools.choose}
              remove={remove}
              locked={locked}
            />
          )}
        </Stack>
      </div>
      <Keys opened={help} close={hideHelp} />
    </Stack>
  );
}
