import "./viewer.css";
import { Box } from "@mantine/core";
import { type Ref, type RefObject, useEffect, useImperativeHandle, useRef } from "react";
import type { Layer, Rect } from "./paint";
import { Picture } from "./picture";
import {
  type Mark,
  outlined,
  type Plane,
  planeOf,
  shownValue,
  sidesOf,
  type VoxelStore,
  voxelAt,
} from "./volume";
import type { Window } from "./window";
import { useZoom } from "./zoom";

/** What another layer, such as the brush, needs to know of the picture under the pointer. */
export interface Place {
  plane: Plane;
  index: number;
  column: number;
  row: number;
  voxel: number;
}

/** Lets a tool repaint what it changed without a turn of React. */
export interface PictureHandle {
  redraw: (part: Rect | null) => void;
  focus: () => void;
}

export interface Handlers {
  onDown?: ((place: Place, event: React.PointerEvent) => boolean) | undefined;
  onMove?: ((places: Place[]) => void) | undefined;
  onUp?: (() => void) | undefined;
}

interface Props extends Handlers {
  store: VoxelStore;
  plane: Plane;
  index: number;
  window: Window;
  layers: readonly Layer[];
  /** Rises when voxels or labels were replaced. */
  version: number;
  height: number;
  label: string;
  mark?: Mark | undefined;
  cursorMm?: number | undefined;
  turn: (by: number) => void;
  setWindow: (window: Window) => void;
  /** Where the value under the pointer is written. */
  readout?: RefObject<HTMLElement | null> | undefined;
  handle?: Ref<PictureHandle> | undefined;
}

const TURNS: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, PageUp: -5, PageDown: 5 };

/** One plane on a canvas: wheel and arrows turn slices, dragging sets the window or draws. */
export function SliceCanvas(props: Props) {
  const { store, plane, index, window, layers, version, height, label, cursorMm, turn } = props;
  const { mark } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const cursor = useRef<HTMLDivElement>(null);
  const picture = useRef<Picture | null>(null);
  const drag = useRef<{ x: number; y: number; from: Window } | null>(null);
  const size = planeOf(store.header, plane);
  const zoom = useZoom(canvas, turn);

  useEffect(() => {
    if (canvas.current) picture.current = new Picture(canvas.current);
    return () => picture.current?.end();
  }, []);
  // The version is not read, but it says that what is shown is old.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    const outline = outlined(store.header, plane, index, mark);
    picture.current?.show({ store, plane, index, window, layers, outline });
  }, [store, plane, index, window, layers, version, mark]);
  useImperativeHandle(props.handle, () => ({
    redraw: (part) => picture.current?.redraw(part),
    focus: () => canvas.current?.focus({ preventScroll: true }),
  }));

  const placeIn = (box: DOMRect, event: { clientX: number; clientY: number }): Place => {
    const column = ((event.clientX - box.left) / box.width) * size.width - 0.5;
    const row = ((event.clientY - box.top) / box.height) * size.height - 0.5;
    const inside = (n: number, most: number) => Math.min(most - 1, Math.max(0, Math.round(n)));
    const at = [inside(column, size.width), inside(row, size.height)] as const;
    return { plane, index, column, row, voxel: voxelAt(store.header, plane, index, ...at) };
  };
  const follow = (box: DOMRect, event: React.PointerEvent, place: Place) => {
    const target = props.readout?.current;
    if (target) {
      const unit = store.header.unit ?? (store.header.modality === "CT" ? "HU" : "");
      target.textContent = `${shownValue(store, place.voxel)} ${unit}`;
    }
    const ring = cursor.current;
    const frame = ring?.parentElement?.getBoundingClientRect();
    if (!ring || !frame || !cursorMm) return;
    const across = (2 * cursorMm * box.width) / (size.width * size.stepX);
    ring.style.width = `${across}px`;
    ring.style.height = `${across}px`;
    const [x, y] = [
      event.clientX - frame.left - across / 2,
      event.clientY - frame.top - across / 2,
    ];
    ring.style.transform = `translate(${x}px, ${y}px)`;
    ring.style.visibility = "visible";
  };

  // Each axis is scaled by its own spacing: a voxel of 1 × 3 mm is drawn as 1 × 3.
  const ratio = (size.width * size.stepX) / (size.height * size.stepY);
  return (
    <Box
      h={height}
      pos="relative"
      style={{ display: "grid", placeItems: "center", overflow: "hidden" }}
    >
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={label}
        className="picture"
        style={{
          aspectRatio: `${ratio}`,
          width: `min(100%, ${Math.round(height * ratio)}px)`,
          cursor: cursorMm ? "none" : "crosshair",
          touchAction: "none",
        }}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (zoom.key(event)) return;
          const by = TURNS[event.code];
          if (by) {
            event.preventDefault();
            turn(by);
          }
        }}
        onPointerDown={(event) => {
          // Without the capture a release outside of the canvas would be lost.
          event.currentTarget.setPointerCapture(event.pointerId);
          event.currentTarget.focus({ preventScroll: true });
          if (zoom.begin(event)) return;
          const place = placeIn(event.currentTarget.getBoundingClientRect(), event);
          if (event.button === 0 && props.onDown?.(place, event)) return;
          drag.current = { x: event.clientX, y: event.clientY, from: window };
        }}
        onPointerMove={(event) => {
          if (zoom.move(event)) return;
          const box = event.currentTarget.getBoundingClientRect();
          follow(box, event, placeIn(box, event));
          const held = drag.current;
          if (held) {
            props.setWindow({
              width: Math.max(1, held.from.width + 2 * (event.clientX - held.x)),
              centre: held.from.centre + (event.clientY - held.y),
            });
            return;
          }
          if (!props.onMove) return;
          const all = event.nativeEvent.getCoalescedEvents?.() ?? [];
          props.onMove((all.length ? all : [event.nativeEvent]).map((one) => placeIn(box, one)));
        }}
        onPointerUp={() => {
          drag.current = null;
          zoom.end();
          props.onUp?.();
        }}
        onPointerLeave={() => {
          if (cursor.current) cursor.current.style.visibility = "hidden";
        }}
      />
      {[...sidesOf(store.header, plane)].map((letter, at) => (
        <span key={letter} className={`side side-${at}`} aria-hidden>
          {letter}
        </span>
      ))}
      {cursorMm ? <div ref={cursor} className="brush" aria-hidden /> : null}
    </Box>
  );
}
