import "./viewer.css";
import { Box } from "@mantine/core";
import {
  type ReactNode,
  type Ref,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
} from "react";
import { acquired, sidesOf } from "./axes";
import { Cross } from "./Cross";
import { frameOf, type PaneFrame } from "./frame";
import type { Fused } from "./fused";
import type { Layer, Rect } from "./paint";
import { Picture } from "./picture";
import { type Cut, indexAt, onPlane, type Triple } from "./space";
import { useSize } from "./useSize";
import {
  type Mark,
  outlined,
  type Plane,
  planeOf,
  shownValue,
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
  /** How hard a pen is pressed, from 0 to 1; none for everything else. */
  pressure?: number | undefined;
}

type PointerLike = Pick<PointerEvent, "clientX" | "clientY" | "pointerType" | "pressure">;

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
  inverted?: boolean | undefined;
  layers: readonly Layer[];
  fused?: Fused | undefined;
  /** Rises when voxels or labels were replaced. */
  version: number;
  height: number;
  label: string;
  mark?: Mark | undefined;
  cursorMm?: number | undefined;
  /** Rises when the whole picture is to be seen again. */
  fit?: number | undefined;
  turn: (by: number) => void;
  setWindow: (window: Window) => void;
  /** Where the value under the pointer is written. */
  readout?: RefObject<HTMLElement | null> | undefined;
  handle?: Ref<PictureHandle> | undefined;
  /** Where the planes meet; a drag moves it while `crossing`, and with Ctrl always. */
  at?: Triple | undefined;
  crossing?: boolean | undefined;
  onCross?: ((index: Triple) => void) | undefined;
  /** Planes of other series to be drawn as lines. */
  lines?: readonly Cut[] | undefined;
  /** What is drawn over the picture; `pointer-events` are the overlay's own affair. */
  overlay?: ((frame: PaneFrame) => ReactNode) | undefined;
}

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const TURNS: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, PageUp: -5, PageDown: 5 };
// Drawn pixel by pixel from here on, so that single voxels can be told apart.
const PIXELATED = 3;

/** One plane on a canvas: wheel and arrows turn slices, dragging sets the window or draws. */
export function SliceCanvas(props: Props) {
  const { store, plane, index, window, inverted, layers, fused, version, turn } = props;
  const { height, label, cursorMm, mark } = props;
  const { header } = store;
  const pane = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const cursor = useRef<HTMLDivElement>(null);
  const picture = useRef<Picture | null>(null);
  const drag = useRef<{ x: number; y: number; from: Window } | null>(null);
  const moving = useRef(false);
  const size = planeOf(header, plane);
  const zoom = useZoom(pane, turn);
  const { whole } = zoom;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the number only says when
  useEffect(() => whole(), [whole, props.fit]);
  const room = useSize(pane);
  const frame = useMemo(
    () => frameOf(header, plane, index, room, zoom.zoom),
    [header, plane, index, room, zoom.zoom],
  );

  useEffect(() => {
    if (canvas.current) picture.current = new Picture(canvas.current);
    return () => picture.current?.end();
  }, []);
  // The version is not read, but it says that what is shown is old.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    const outline = outlined(header, plane, index, mark);
    picture.current?.show({ store, plane, index, window, inverted, layers, fused, outline });
  }, [store, plane, index, window, inverted, layers, fused, version, mark]);
  useEffect(() => {
    if (plane === acquired(header)) store.near = index;
  }, [store, header, plane, index]);
  useImperativeHandle(props.handle, () => ({
    redraw: (part) => picture.current?.redraw(part),
    focus: () => canvas.current?.focus({ preventScroll: true }),
  }));

  const placeIn = (box: DOMRect, event: PointerLike): Place => {
    const column = ((event.clientX - box.left) / box.width) * size.width - 0.5;
    const row = ((event.clientY - box.top) / box.height) * size.height - 0.5;
    const inside = (n: number, most: number) => Math.min(most - 1, Math.max(0, Math.round(n)));
    const at = [inside(column, size.width), inside(row, size.height)] as const;
    const pressure = event.pointerType === "pen" ? event.pressure : undefined;
    return { plane, index, column, row, voxel: voxelAt(header, plane, index, ...at), pressure };
  };
  const crossTo = (event: React.PointerEvent) => {
    const box = pane.current?.getBoundingClientRect();
    if (box) props.onCross?.(frame.toVoxel(event.clientX - box.left, event.clientY - box.top));
  };
  const follow = (event: React.PointerEvent, place: Place) => {
    const target = props.readout?.current;
    if (target) target.textContent = valueAt(store, place.voxel);
    const ring = cursor.current;
    const box = pane.current?.getBoundingClientRect();
    if (!ring || !box || !cursorMm) return;
    const across = 2 * cursorMm * frame.pxPerMm;
    ring.style.width = `${across}px`;
    ring.style.height = `${across}px`;
    const [x, y] = [event.clientX - box.left - across / 2, event.clientY - box.top - across / 2];
    ring.style.transform = `translate(${x}px, ${y}px)`;
    ring.style.visibility = "visible";
  };

  const release = () => {
    drag.current = null;
    zoom.end();
    if (moving.current) moving.current = false;
    else props.onUp?.();
  };
  const { left, top, width, height: high } = frame.picture;
  return (
    <Box ref={pane} h={height} pos="relative" style={{ overflow: "hidden" }}>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={label}
        className="picture"
        style={{
          width,
          height: high,
          transform: `translate(${left}px, ${top}px)`,
          imageRendering: zoom.zoom.scale > PIXELATED ? "pixelated" : "auto",
          cursor: cursorMm && !props.crossing ? "none" : "crosshair",
        }}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (zoom.key(event)) return;
          const step = event.shiftKey ? STEPS[event.code] : undefined;
          if (step && props.at) {
            event.preventDefault();
            const { column, row } = onPlane(header, plane, index, props.at);
            props.onCross?.(indexAt(header, plane, index, column + step[0], row + step[1]));
          }
          const by = event.shiftKey || event.altKey ? undefined : TURNS[event.code];
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
          if (event.button === 0 && props.onCross && (props.crossing || event.ctrlKey)) {
            moving.current = true;
            crossTo(event);
            return;
          }
          const place = placeIn(event.currentTarget.getBoundingClientRect(), event);
          if (event.button === 0 && props.onDown?.(place, event)) return;
          drag.current = { x: event.clientX, y: event.clientY, from: window };
        }}
        onPointerMove={(event) => {
          if (zoom.move(event)) return;
          if (moving.current) return crossTo(event);
          const box = event.currentTarget.getBoundingClientRect();
          follow(event, placeIn(box, event));
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
        onPointerUp={release}
        onPointerCancel={release}
        onPointerLeave={() => {
          if (cursor.current) cursor.current.style.visibility = "hidden";
        }}
      />
      {room.width > 0 && <Cross frame={frame} at={props.at} lines={props.lines} />}
      {sidesOf(header, plane).map((letter, at) => (
        <span key={letter} className={`side side-${at}`} aria-hidden>
          {letter}
        </span>
      ))}
      {room.width > 0 && props.overlay && <div className="over">{props.overlay(frame)}</div>}
      {cursorMm ? <div ref={cursor} className="brush" aria-hidden /> : null}
    </Box>
  );
}

/** The value of a voxel with its unit; a dash where the slice has not come. */
function valueAt(store: VoxelStore, voxel: number): string {
  const { header } = store;
  const slice = Math.floor(voxel / (header.shape[1] * header.shape[2]));
  if (!store.loaded[slice]) return "–";
  const unit = header.unit ?? (header.modality === "CT" ? "HU" : "");
  return `${shownValue(store, voxel)} ${unit === "arbitrary" ? "" : unit}`.trim();
}
