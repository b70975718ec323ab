import type OpenSeadragon from "openseadragon";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useRedraw } from "./DrawnSlide";
import { drawOutlines } from "./overlay";
import { closeRing, crossesItself, inside, type Vertex } from "./polygons";
import type { Element, Vocabulary } from "./types";

export type SlideMode = "polygon" | "select";

interface Given {
  canvas: RefObject<HTMLCanvasElement | null>;
  viewer: OpenSeadragon.Viewer | null;
  size: Vertex;
  words: Vocabulary;
  elements: readonly Element[];
  mode: SlideMode;
  term: string;
  locked: boolean;
  add: (key: string, ring: [number, number][]) => void;
  refuse: (code: "too_few" | "crosses") => void;
}

/** Clicks on a slide as vertices or choices; a drag of 5 px and more moves the picture. */
export function useSlideTools(given: Given) {
  const { viewer, canvas } = given;
  const now = useRef(given);
  now.current = given;
  const places = useRef<Vertex[]>([]);
  const pointer = useRef<Vertex | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [vertices, setVertices] = useState(0);
  const marked = useRef<string | null>(null);
  marked.current = chosen;

  const draw = useCallback(() => {
    if (!canvas.current || !viewer?.viewport) return;
    const { elements, words, term } = now.current;
    const sketch = { places: places.current, pointer: pointer.current, key: term };
    drawOutlines(canvas.current, viewer, elements, words, marked.current, sketch);
  }, [canvas, viewer]);
  const set = useCallback(
    (next: Vertex[]) => {
      places.current = next;
      setVertices(next.length);
      draw();
    },
    [draw],
  );
  const cancel = useCallback(() => set([]), [set]);
  const close = useCallback(() => {
    if (!viewer) return;
    const scale = viewer.viewport.viewportToImageZoom(viewer.viewport.getZoom());
    const ring = closeRing(places.current, 3 / scale, now.current.size);
    if (!ring) return now.current.refuse("too_few");
    if (crossesItself(ring)) return now.current.refuse("crosses");
    now.current.add(now.current.term, ring);
    set([]);
  }, [viewer, set]);

  useRedraw(viewer, draw);
  useEffect(() => {
    if (!viewer) return;
    const at = (position: OpenSeadragon.Point): Vertex => {
      const place = viewer.viewport.viewerElementToImageCoordinates(position);
      return [place.x, place.y];
    };
    const click = (event: OpenSeadragon.CanvasClickEvent) => {
      if (!event.quick) return;
      const { mode, locked, elements } = now.current;
      const place = at(event.position);
      if (mode === "polygon" && !locked) set([...places.current, place]);
      else {
        const hit = elements.find((one) => one.rings[0] && inside(one.rings[0], place));
        setChosen(hit?.element_id ?? null);
      }
    };
    const double = (event: OpenSeadragon.CanvasDoubleClickEvent) => {
      event.preventDefaultAction = true;
      if (now.current.mode === "polygon" && !now.current.locked) close();
    };
    const keys = (event: OpenSeadragon.CanvasKeyEvent) => {
      // Turning and mirroring the slide would part it from what is drawn on it.
      const key = (event.originalEvent as unknown as KeyboardEvent).code;
      if (key === "KeyR" || key === "KeyF") event.preventDefaultAction = true;
    };
    const move = (event: PointerEvent) => {
      const box = viewer.element.getBoundingClientRect();
      const { x, y, width, height } = viewer.viewport.getBounds(true);
      const place = viewer.viewport.viewportToImageCoordinates(
        x + ((event.clientX - box.left) / box.width) * width,
        y + ((event.clientY - box.top) / box.height) * height,
      );
      pointer.current = [place.x, place.y];
      if (places.current.length) draw();
    };
    viewer.addHandler("canvas-click", click);
    viewer.addHandler("canvas-double-click", double);
    viewer.addHandler("canvas-key", keys);
    viewer.element.addEventListener("pointermove", move);
    return () => {
      viewer.removeHandler("canvas-click", click);
      viewer.removeHandler("canvas-double-click", double);
      viewer.removeHandler("canvas-key", keys);
      viewer.element?.removeEventListener("pointermove", move);
    };
  }, [viewer, draw, set, close]);
  // What is drawn depends on these; the drawing itself reads them through the reference.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(draw, [draw, given.elements, given.term, given.words, chosen]);
  return { chosen, setChosen, vertices, cancel, close };
}
