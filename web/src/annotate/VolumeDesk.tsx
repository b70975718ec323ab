import { Group, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../parts/Refusal";
import { type PictureHandle, type Place, SliceViewer } from "../parts/viewer/SliceViewer";
import type { Plane } from "../parts/viewer/volume";
import "./desk.css";
import { Drawing } from "./drawing";
import { Finish } from "./Finish";
import { Help } from "./Help";
import { actOf } from "./keys";
import { Notices } from "./Notices";
import { SavedLine } from "./SavedLine";
import { Segments } from "./Segments";
import { ComputingTools, type Mode, Toolbar } from "./Toolbar";
import type { Attempt, TaskDetail, Term, Vocabulary } from "./types";
import { useReading } from "./useReading";
import { toSubmit, useSaid } from "./useSaid";
import { taskVolume } from "./volume";
import { coloursOf, useNamed } from "./words";

const SIZES = [1, 2, 3, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40];

interface Props {
  attempt: Attempt;
  task: TaskDetail;
  words: Vocabulary;
}

/** The brush task: draw labels on a slice stack; every stroke is saved as it ends. */
export function VolumeDesk({ attempt, task, words }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const { reading, error, saving, version, changed, open, runTool } = useReading(attempt, words);
  const { said, say } = useSaid(attempt);
  const [mode, setMode] = useState<Mode>("brush");
  const [radius, setRadius] = useState(6);
  const [keepOthers, setKeepOthers] = useState(true);
  const [chosen, setChosen] = useState(words.terms[0]?.key ?? "");
  const [unseen, setUnseen] = useState(0);
  const [help, { open: showHelp, close: hideHelp }] = useDisclosure(false);
  const picture = useRef<PictureHandle>(null);
  const drawing = useRef<Drawing | null>(null);
  const seen = useRef(new Set<number>());
  const volume = useMemo(() => taskVolume(task), [task]);
  const { header } = volume;
  const term = words.terms.find((one) => one.key === chosen) as Term;
  const locked = !reading?.saver || saving.refused !== null;

  const layers = useMemo(() => {
    const colours = coloursOf(words);
    return words.groups.map((group) => ({
      labels: reading?.canvas[group] ?? new Uint8Array(0),
      colours,
      opacity: 0.32,
    }));
  }, [reading, words]);
  const look = useCallback(
    (plane: Plane, index: number) => {
      if (plane === "axial") seen.current.add(index);
      setUnseen(header.shape[0] - seen.current.size);
    },
    [header],
  );
  const step = (which: "undo" | "redo") => {
    if (!reading || locked) return;
    reading.history[which]();
    picture.current?.redraw(null);
    changed();
  };
  const resize = (by: number) =>
    setRadius((now) => {
      const at = SIZES.indexOf(now) + by;
      return SIZES[Math.min(SIZES.length - 1, Math.max(0, at))] ?? now;
    });
  const choose = (key: string) => {
    setChosen(key);
    picture.current?.focus();
  };
  const down = (place: Place) => {
    if (mode === "window" || locked || !reading) return false;
    const how = { erase: mode === "erase", keepOthers };
    const { canvas } = reading;
    drawing.current = new Drawing(
      canvas,
      header,
      place.plane,
      place.index,
      place,
      radius,
      term,
      how,
    );
    picture.current?.redraw(drawing.current.to(place));
    return true;
  };
  const move = (places: Place[]) => {
    if (!drawing.current) return;
    for (const place of places) picture.current?.redraw(drawing.current.to(place));
  };
  const up = () => {
    const runs = drawing.current?.stroke.runs() ?? [];
    drawing.current = null;
    if (!runs.length || !reading) return;
    reading.history.push(runs);
    changed();
  };
  const press = (event: KeyboardEvent) => {
    const typing = (event.target as HTMLElement).closest("input:not([type=range]),textarea,select");
    const act = typing ? null : actOf({ ...pressedOf(event) });
    if (!act) return;
    event.preventDefault();
    if (act.kind === "tool") setMode(act.tool);
    else if (act.kind === "size") resize(act.by);
    else if (act.kind === "lock") setKeepOthers((now) => !now);
    else if (act.kind === "help") showHelp();
    else if (act.kind === "label") choose(words.terms[act.number - 1]?.key ?? chosen);
    else step(act.kind);
  };

  if (error) return <Refusal error={error} retry={() => void open(false)} />;
  if (!reading) return <Skeleton h={640} />;
  const [dz, dy, dx] = header.spacing;
  const millilitres = (one: Term) =>
    (reading.counts.voxels(one.group, one.number) * dz * dy * dx) / 1000;
  const amount = (one: Term) => {
    const volume = millilitres(one);
    return volume ? `${volume < 10 ? volume.toFixed(2) : volume.toFixed(1)} mL` : null;
  };
  const submitted = toSubmit(words.terms, (one) => millilitres(one) > 0, said);
  return (
    <Stack gap="sm" onKeyDown={press}>
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
        <Finish
          attempt={attempt}
          lease={locked ? null : reading.lease}
          terms={words.terms}
          submitted={submitted}
          unseen={unseen}
          settled={async () => reading.saver?.settled()}
        />
      </Group>
      <div className="desk" data-version={version}>
        <Stack gap="xs">
          <Toolbar
            mode={mode}
            setMode={setMode}
            radius={radius}
            resize={resize}
            keepOthers={keepOthers}
            toggleKeep={() => setKeepOthers((now) => !now)}
            undo={!locked && reading.history.canUndo ? () => step("undo") : null}
            redo={!locked && reading.history.canRedo ? () => step("redo") : null}
            help={showHelp}
            locked={locked}
          />
          <SliceViewer
            base={task.id}
            open={async () => volume}
            label={t("annotate.desk.picture", { label: named(term) })}
            height={Math.max(420, innerHeight - 330)}
            layers={layers}
            version={version}
            cursorMm={mode === "window" || locked ? undefined : radius}
            handle={picture}
            onSlice={look}
            onDown={down}
            onMove={move}
            onUp={up}
          />
        </Stack>
        <Stack gap="xs">
          <Segments
            terms={words.terms}
            chosen={chosen}
            choose={choose}
            amount={amount}
            said={said}
            say={say}
            locked={locked}
          />
          <ComputingTools
            label={named(term)}
            run={locked ? null : (tool) => runTool(tool, term.key, term.group)}
          />
          <Text size="xs" c="gray.7" px={4}>
            {t("annotate.desk.undo_hint")}
          </Text>
        </Stack>
      </div>
      <Help sheet="brush" opened={help} close={hideHelp} />
    </Stack>
  );
}

function pressedOf(event: KeyboardEvent) {
  const { code, key, ctrlKey, metaKey, shiftKey, altKey } = event;
  return {
    code,
    key,
    ctrlKey,
    metaKey,
    shiftKey,
    altKey,
    isComposing: event.nativeEvent.isComposing,
  };
}
