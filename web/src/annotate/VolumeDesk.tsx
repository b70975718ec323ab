import { Alert, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../parts/Refusal";
import { type PictureHandle, SliceViewer } from "../parts/viewer/SliceViewer";
import type { Plane } from "../parts/viewer/volume";
import { Assists } from "./Assists";
import { ComfortMenu } from "./ComfortMenu";
import { ComputingTools } from "./ComputingTools";
import "./desk.css";
import { Finish } from "./Finish";
import { Hanging } from "./Hanging";
import { Help } from "./Help";
import { MarkLayer } from "./marks/MarkLayer";
import { MarkPanel } from "./marks/MarkPanel";
import { Questions } from "./marks/Questions";
import { useMarkDesk } from "./marks/useMarkDesk";
import { Notices } from "./Notices";
import { SavedLine } from "./SavedLine";
import { Segments } from "./Segments";
import { Toolbar } from "./Toolbar";
import { ToolSettings } from "./ToolSettings";
import { PathPreview } from "./tools/PathPreview";
import type { Attempt, TaskDetail, Term, Vocabulary } from "./types";
import { useComfort } from "./useComfort";
import { useDeskKeys } from "./useDeskKeys";
import { useDrawing } from "./useDrawing";
import { useLayers } from "./useLayers";
import { useProgress } from "./useProgress";
import { useReading } from "./useReading";
import { toSubmit, useSaid } from "./useSaid";
import { Visited } from "./Visited";
import { taskVolume } from "./volume";
import { useNamed } from "./words";

interface Props {
  attempt: Attempt;
  task: TaskDetail;
  words: Vocabulary;
}

/** The drawing task: draw labels on a slice stack; every stroke is saved as it ends. */
export function VolumeDesk({ attempt, task, words }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const { reading, error, saving, version, changed, open, ...server } = useReading(attempt, words);
  const { said, say } = useSaid(attempt);
  const { comfort, setComfort } = useComfort();
  const { left } = comfort;
  const terms = useMemo(() => words.terms.filter((one) => one.geometry === "mask"), [words]);
  const [chosen, setChosen] = useState(terms[0]?.key ?? "");
  const [goal, setGoal] = useState<number>();
  const [help, { open: showHelp, close: hideHelp }] = useDisclosure(false);
  const picture = useRef<PictureHandle>(null);
  const volume = useMemo(() => taskVolume(task), [task]);
  const { header } = volume;
  const term = terms.find((one) => one.key === chosen) as Term;
  const closed = !reading?.saver || saving.refused !== null;
  const locked = closed || server.computing;
  const lease = closed ? null : (reading?.lease ?? null);
  const progress = useProgress(attempt.id, lease, header);
  const { pressure } = comfort;
  const drawing = useDrawing({ reading, store: volume, term, locked, pressure, picture, changed });
  const { tool, settings } = drawing;
  const desk = useMarkDesk({ attempt: attempt.id, lease, store: volume, words, drawing });
  const layers = useLayers(reading, words, drawing.scribbles);
  const unit = header.modality === "CT" ? "HU" : "";
  const { look: visit } = progress;
  const { look: turn } = desk;
  const look = useCallback(
    (plane: Plane, index: number) => {
      visit(plane, index);
      turn(plane, index);
    },
    [visit, turn],
  );
  const choose = (key: string) => {
    if (!terms.some((one) => one.key === key)) return;
    drawing.cancel();
    setChosen(key);
    picture.current?.focus();
  };
  const back = (which: "undo" | "redo") => {
    if (locked) return;
    if (drawing.takeBack(which)) return changed();
    void server.step(which).then(() => picture.current?.redraw(null));
  };
  const window = header.window ?? { centre: 50, width: 300 };
  const range = {
    low: Math.round(window.centre - window.width / 2),
    high: Math.round(window.centre + window.width / 2),
  };
  const height = Math.max(420, innerHeight - 370);
  const act = { drawing, terms, left, range, choose, step: back, help: showHelp };
  const { press, resize, toggle } = useDeskKeys(act);

  if (error) return <Refusal error={error} retry={() => void open(false)} />;
  if (!reading) return <Skeleton h={640} />;
  const [dz, dy, dx] = header.spacing;
  const millilitres = (one: Term) =>
    (reading.counts.voxels(one.group, one.number) * dz * dy * dx) / 1000;
  const amount = (one: Term) => {
    const volume = millilitres(one);
    return volume ? `${volume < 10 ? volume.toFixed(2) : volume.toFixed(1)} mL` : null;
  };
  const there = (one: Term) => (one.geometry === "mask" ? millilitres(one) : desk.count(one)) > 0;
  const submitted = toSubmit(words.terms, there, said);
  const settled = async () => {
    await reading.saver?.settled();
    await desk.marks.settled();
    await progress.keep();
  };
  return (
    <Stack gap="sm" onKeyDown={(event) => desk.press(event) || press(event)}>
      <Notices
        attempt={attempt}
        task={task}
        readOnly={!reading.saver}
        refused={saving.refused}
        recovered={reading.recovered}
        stray={reading.stray}
        take={() => void open(true)}
      />
      <Group justify="space-between">
        <SavedLine saving={saving} />
        <Group gap="xs">
          <ComfortMenu comfort={comfort} set={setComfort} />
          <Finish
            attempt={attempt}
            lease={locked ? null : lease}
            terms={words.terms}
            submitted={submitted}
            unseen={progress.unseen}
            settled={settled}
          />
        </Group>
      </Group>
      <div className={left ? "desk desk-left" : "desk"} data-version={version}>
        <Stack gap="xs" className="desk-picture">
          <Toolbar
            tool={desk.measuring ? null : tool}
            choose={(next) => {
              desk.marking.choose(null);
              drawing.choose(next);
            }}
            undo={!locked && reading.history.canUndo ? () => back("undo") : null}
            redo={!locked && reading.history.canRedo ? () => back("redo") : null}
            help={showHelp}
            left={left}
            locked={locked}
          >
            {tool ? (
              <ToolSettings
                tool={tool}
                settings={settings}
                set={drawing.set}
                toggle={toggle}
                resize={resize}
                unit={unit}
                left={left}
                locked={locked}
              />
            ) : (
              <Text size="xs" c="gray.7">
                {t("annotate.tool_about.window")}
              </Text>
            )}
            {drawing.open && (
              <Button size="compact-xs" variant="outline" onClick={drawing.end}>
                {t("annotate.desk.close_outline")}
              </Button>
            )}
          </Toolbar>
          {(drawing.refused || server.stuck) && (
            <Alert color="orange.9" variant="outline" py={6}>
              {t(`annotate.refused.${drawing.refused ?? "stuck"}`)}
            </Alert>
          )}
          <Hanging task={task} height={height}>
            {(beside) => (
              <SliceViewer
                base={task.id}
                open={async () => volume}
                label={t("annotate.desk.picture", { label: named(term) })}
                height={height}
                layers={layers}
                version={version}
                cursorMm={tool?.ring && !locked && !desk.measuring ? settings.radius : undefined}
                sliceAt={goal}
                handle={picture}
                goal={desk.marking.goal}
                onSlice={look}
                onDown={desk.down}
                onMove={desk.move}
                onUp={desk.up}
                overlay={(frame) => (
                  <>
                    <PathPreview under={drawing.under} frame={frame} />
                    <MarkLayer frame={frame} {...desk} store={volume} words={words} />
                  </>
                )}
                {...beside}
              />
            )}
          </Hanging>
          <Visited seen={progress.seen} depth={header.shape[0]} go={setGoal} />
        </Stack>
        <Stack gap="xs">
          <Segments
            terms={terms}
            chosen={chosen}
            choose={choose}
            amount={amount}
            said={said}
            say={say}
            locked={locked}
          />
          <MarkPanel {...desk} words={words} header={header} said={said} say={say} />
          <Questions {...desk} words={words} header={header} locked={locked} />
          <ComputingTools
            term={term}
            terms={terms}
            unit={unit}
            scribbled={drawing.scribbled}
            run={
              locked ? null : (call) => server.run({ ...call, ...drawing.given(), key: term.key })
            }
          />
          <Assists
            attempt={attempt.id}
            term={term}
            shape={header.shape}
            scribbles={drawing.scribbled ? (drawing.given().scribbles ?? []) : []}
            run={locked ? null : (call) => server.run({ ...call, key: term.key })}
          />
          <Text size="xs" c="gray.7" px={4}>
            {t("annotate.desk.undo_hint")}
          </Text>
        </Stack>
      </div>
      <Help sheet="desk" left={left} opened={help} close={hideHelp} />
    </Stack>
  );
}
