import type OpenSeadragon from "openseadragon";
import { type RefObject, useEffect } from "react";
import type { Vertex } from "../polygons";
import type { Hand, Pressed } from "./tools/tool";
import { placeOf } from "./view";

/** A drag shorter than this is a click. */
const CLICK_PX = 5;

type At = { position: OpenSeadragon.Point; originalEvent: Event };

/** Clicks and drags of a viewer, told apart and passed to the tool in the hand. */
class Gestures {
  private pressed: Pressed | null = null;
  private from: Vertex = [0, 0];
  private taken = false;
  private moving = false;
  private far = false;
  private space = false;

  constructor(
    private readonly viewer: OpenSeadragon.Viewer,
    private readonly hand: RefObject<Hand>,
    private readonly ready: () => boolean,
    private readonly drawn: () => void,
  ) {}

  press = (event: OpenSeadragon.CanvasPressEvent) => {
    const { x, y } = event.position;
    this.pressed = this.at(event);
    this.from = [x, y];
    this.moving = this.far = false;
    this.taken = this.ready() && !this.space && (this.hand.current.takes?.(this.pressed) ?? false);
  };

  drag = (event: OpenSeadragon.CanvasDragEvent) => {
    const { x, y } = event.position;
    this.far ||= Math.hypot(x - this.from[0], y - this.from[1]) >= CLICK_PX;
    if (!this.taken || !this.pressed) return;
    event.preventDefaultAction = true;
    if (!this.far) return;
    if (!this.moving) this.hand.current.down?.(this.pressed);
    this.moving = true;
    this.hand.current.move?.(this.at(event));
    this.drawn();
  };

  dragEnd = (event: Omit<OpenSeadragon.CanvasDragEvent, "delta">) => {
    if (!this.taken) return;
    event.preventDefaultAction = true;
    if (this.moving) this.hand.current.up?.(this.at(event));
    this.moving = false;
    this.drawn();
  };

  click = (event: OpenSeadragon.CanvasClickEvent) => {
    if (this.far || !this.ready()) return;
    this.hand.current.click?.(this.at(event));
    this.drawn();
  };

  double = (event: OpenSeadragon.CanvasDoubleClickEvent) => {
    event.preventDefaultAction = true;
    if (this.ready()) this.hand.current.finish?.();
    this.drawn();
  };

  key = (event: OpenSeadragon.CanvasKeyEvent) => {
    // Turning and mirroring the slide would part it from what is drawn on it; letters are tools.
    const { code } = event.originalEvent as unknown as KeyboardEvent;
    if (code.startsWith("Key")) event.preventDefaultAction = true;
  };

  hold = (event: KeyboardEvent) => {
    if (event.code === "Space") this.space = event.type === "keydown";
  };

  hover = (event: PointerEvent) => {
    if (!this.hand.current.hover) return;
    this.hand.current.hover(placeOf(this.viewer, event));
    this.drawn();
  };

  private at({ position, originalEvent }: At): Pressed {
    const { x, y } = this.viewer.viewport.viewerElementToImageCoordinates(position);
    return { place: [x, y], alt: (originalEvent as PointerEvent).altKey === true };
  }
}

/** Pass clicks and drags to the hand; what it does not take moves the picture as ever. */
export function useGestures(
  viewer: OpenSeadragon.Viewer | null,
  hand: RefObject<Hand>,
  ready: () => boolean,
  drawn: () => void,
): void {
  useEffect(() => {
    if (!viewer) return;
    const to = new Gestures(viewer, hand, ready, drawn);
    const { element } = viewer;
    viewer.addHandler("canvas-press", to.press);
    viewer.addHandler("canvas-drag", to.drag);
    viewer.addHandler("canvas-drag-end", to.dragEnd);
    viewer.addHandler("canvas-click", to.click);
    viewer.addHandler("canvas-double-click", to.double);
    viewer.addHandler("canvas-key", to.key);
    element.addEventListener("pointermove", to.hover);
    element.addEventListener("keydown", to.hold);
    element.addEventListener("keyup", to.hold);
    return () => {
      viewer.removeHandler("canvas-press", to.press);
      viewer.removeHandler("canvas-drag", to.drag);
      viewer.removeHandler("canvas-drag-end", to.dragEnd);
      viewer.removeHandler("canvas-click", to.click);
      viewer.removeHandler("canvas-double-click", to.double);
      viewer.removeHandler("canvas-key", to.key);
      element.removeEventListener("pointermove", to.hover);
      element.removeEventListener("keydown", to.hold);
      element.removeEventListener("keyup", to.hold);
    };
  }, [viewer, hand, ready, drawn]);
}
