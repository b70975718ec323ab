import type OpenSeadragon from "openseadragon";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useRedraw } from "./DrawnSlide";
import type { Vertex } from "./polygons";
import type { Element, Kind, Ring } from "./slide/element";
import { sideOf } from "./slide/fields";
import { paintDesk } from "./slide/paintDesk";
import type { Shapes } from "./slide/shapes";
import type { Desk, Hand, Refused, Settings, SlideTool } from "./slide/tools/tool";
import { useGestures } from "./slide/useGestures";
import { shownAround, viewOf } from "./slide/view";
import type { Vocabulary } from "./types";

interface Given {
  canvas: RefObject<HTMLCanvasElement | null>;
  viewer: OpenSeadragon.Viewer | null;
  size: Vertex;
  mpp: number | null;
  words: Vocabulary;
  shapes: Shapes | null;
  tool: SlideTool;
  settings: Settings;
  term: string;
  locked: boolean;
  add: (key: string, kind: Kind, rings: Ring[]) => void;
  change: (elements: readonly Element[]) => void;
  refuse: (code: Refused) => void;
}

/** Put a tool into the hand: clicks and drags on the slide go to it, the rest moves the picture. */
export function useSlideTools(given: Given) {
  const { viewer, canvas, tool } = given;
  const now = useRef(given);
  now.current = given;
  const hand = useRef<Hand>({});
  const [chosen, setChosen] = useState<string | null>(null);
  const [underWay, setUnderWay] = useState(0);
  const marked = useRef<string | null>(null);
  marked.current = chosen;
  const element = given.shapes && chosen ? given.shapes.get(chosen) : null;

  const draw = useCallback(() => {
    const { shapes, words, term, mpp, settings } = now.current;
    if (!canvas.current || !viewer?.viewport || !shapes) return;
    const colours = new Map(words.terms.map((one) => [one.key, one.colour]));
    paintDesk(canvas.current, viewer, {
      shapes,
      colours: (key) => colours.get(key) ?? "#ffffff",
      chosen: marked.current ? shapes.get(marked.current) : null,
      field: mpp ? sideOf(settings.field_mm2, mpp) : 0,
      sketch: hand.current.sketch?.() ?? null,
      colour: colours.get(term) ?? "#ffffff",
    });
  }, [canvas, viewer]);
  const frame = useRef(0);
  const drawn = useCallback(() => {
    setUnderWay(hand.current.sketch?.()?.dots?.length ?? 0);
    // A pointer moves more often than the screen shows.
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(draw);
  }, [draw]);

  useEffect(() => {
    if (!viewer) return;
    hand.current = tool.hold(deskOf(viewer, now, marked, setChosen));
    drawn();
    return () => {
      hand.current = {};
    };
  }, [viewer, tool, drawn]);
  useRedraw(viewer, draw);
  const ready = useCallback(() => !now.current.locked && now.current.shapes !== null, []);
  useGestures(viewer, hand, ready, drawn);
  const finish = useCallback(() => {
    if (!now.current.locked) hand.current.finish?.();
    drawn();
  }, [drawn]);
  const cancel = useCallback(() => {
    hand.current.cancel?.();
    drawn();
  }, [drawn]);
  // After each render: what is drawn depends on elements that change in place.
  useEffect(draw);
  return { chosen: element, choose: setChosen, underWay, cancel, finish };
}

function deskOf(
  viewer: OpenSeadragon.Viewer,
  now: RefObject<Given>,
  marked: RefObject<string | null>,
  choose: (id: string | null) => void,
): Desk {
  return {
    get size() {
      return now.current.size;
    },
    get mpp() {
      return now.current.mpp;
    },
    get term() {
      return now.current.term;
    },
    get settings() {
      return now.current.settings;
    },
    get shapes() {
      return now.current.shapes as Shapes;
    },
    get chosen() {
      const { shapes } = now.current;
      return shapes && marked.current ? shapes.get(marked.current) : null;
    },
    scale: () => viewOf(viewer).scale,
    add: (kind, rings) => now.current.add(now.current.term, kind, rings),
    change: (elements) => now.current.change(elements),
    choose: (id) => {
      marked.current = id;
      choose(id);
    },
    refuse: (code) => now.current.refuse(code),
    pixels: (around, radius) => shownAround(viewer, around, radius),
  };
}
