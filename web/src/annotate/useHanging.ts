import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { get } from "../api";
import type { Cut, Triple } from "../parts/viewer/space";
import type { Elsewhere } from "../parts/viewer/useSight";
import type { VoxelStore } from "../parts/viewer/volume";
import { type Beside, fitting, type Hung, hang, minus, plus, shiftBetween } from "./hanging";
import type { TaskDetail } from "./types";
import { contextVolume } from "./volume";

/** The key of the task's own image among the panes. */
export const IMAGE = "image";

/** What hangs beside the image of a task: by the first protocol that fits, until one chooses. */
export function useHanging(task: TaskDetail) {
  const path = `/annotate/tasks/${task.id}/context`;
  const { data: series, error } = useQuery({
    queryKey: [path],
    queryFn: () => get<Beside[]>(path),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const found = series ?? NOTHING;
  const image = useMemo(() => ({ modality: task.modality }), [task.modality]);
  const protocols = useMemo(() => fitting(image, found), [image, found]);
  const first = protocols[0];
  const shown = useMemo(() => {
    if (chosen) return found.filter(({ key }) => chosen.includes(key));
    return (first && hang(first, image, found)) ?? NOTHING;
  }, [chosen, first, image, found]);
  return { series: found, error, image, protocols, shown, choose: setChosen };
}

const NOTHING: Beside[] = [];

/** Each volume beside the image is opened once while it is shown, and let go when it is not. */
export function useStores(task: string, keys: readonly string[]) {
  const open = useRef(new Map<string, Promise<VoxelStore>>());
  const wanted = keys.join();
  useEffect(() => {
    const kept = wanted.split(",");
    for (const key of open.current.keys()) if (!kept.includes(key)) open.current.delete(key);
  }, [wanted]);
  return useCallback(
    (key: string) => {
      const under = open.current.get(key) ?? contextVolume(task, key);
      open.current.set(key, under);
      return under;
    },
    [task],
  );
}

interface Linked {
  elsewhere: Elsewhere | undefined;
  lines: readonly Cut[];
  onPlace: (mm: Triple) => void;
  onCut: (cut: Cut, mm: Triple) => void;
}

/** Links panes through places in the patient; what one does in a pane the others follow. */
export function useLinks(shown: readonly Beside[], linked: boolean) {
  const [gone, setGone] = useState<Record<string, Elsewhere>>({});
  const [cuts, setCuts] = useState<Record<string, Cut>>({});
  const [offsets, setOffsets] = useState<Record<string, Triple | null>>({});
  const places = useRef<Record<string, Triple>>({});
  const turn = useRef(0);
  const panes = useMemo(() => {
    const all: Record<string, Hung> = { [IMAGE]: { frame: 0, offset: null } };
    for (const { key, frame } of shown) all[key] = { frame, offset: offsets[key] ?? null };
    return all;
  }, [shown, offsets]);
  const state = useRef({ panes, linked });
  state.current = { panes, linked };

  /** A pane that has just opened goes where the image is. */
  const follow = (key: string) => {
    const [image, own, at] = [
      state.current.panes[IMAGE],
      state.current.panes[key],
      places.current[IMAGE],
    ];
    const shift = image && own && shiftBetween(image, own);
    if (!shift || !at || !state.current.linked) return;
    turn.current += 1;
    setGone((now) => ({ ...now, [key]: { mm: plus(at, shift), turn: turn.current } }));
  };
  const handlers = useRef(new Map<string, Pick<Linked, "onPlace" | "onCut">>());
  const handlersOf = (key: string) => {
    const known = handlers.current.get(key);
    if (known) return known;
    const made = {
      onPlace: (mm: Triple) => {
        const from = state.current.panes[key];
        if (!state.current.linked || !from) return;
        turn.current += 1;
        const moved: Record<string, Elsewhere> = {};
        for (const [other, to] of Object.entries(state.current.panes)) {
          const shift = other === key ? null : shiftBetween(from, to);
          if (!shift) continue;
          moved[other] = { mm: plus(mm, shift), turn: turn.current };
        }
        setGone((now) => ({ ...now, ...moved }));
      },
      onCut: (cut: Cut, mm: Triple) => {
        const opened = !(key in places.current);
        places.current[key] = mm;
        setCuts((now) => ({ ...now, [key]: cut }));
        if (opened && key !== IMAGE) follow(key);
      },
    };
    handlers.current.set(key, made);
    return made;
  };
  const linesOf = (key: string) =>
    Object.entries(cuts).flatMap(([other, cut]) => {
      const [here, there] = [panes[key], panes[other]];
      const same = here && there && here.frame !== null && here.frame === there.frame;
      return linked && other !== key && same ? [cut] : [];
    });
  return {
    of: (key: string): Linked => ({
      elsewhere: gone[key],
      lines: linesOf(key),
      ...handlersOf(key),
    }),
    shiftTo: (key: string) => {
      const [image, other] = [panes[IMAGE], panes[key]];
      return image && other ? shiftBetween(image, other) : null;
    },
    /** Say that both show the same place now, or take that back. */
    tie: (key: string) => {
      const [image, other] = [places.current[IMAGE], places.current[key]];
      setOffsets((now) => ({
        ...now,
        [key]: now[key] || !image || !other ? null : minus(other, image),
      }));
    },
  };
}
