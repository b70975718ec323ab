import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";

/** How much a picture is enlarged over the fit, and how many CSS pixels it is moved. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

export const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };
const MOST = 12;

/** Enlarge about a place, given in CSS pixels from the middle of the pane, which stays put. */
export function zoomed(now: Zoom, factor: number, dx = 0, dy = 0): Zoom {
  const scale = Math.min(MOST, Math.max(1, now.scale * factor));
  if (scale === 1) return WHOLE;
  const grown = scale / now.scale;
  return { scale, x: dx - (dx - now.x) * grown, y: dy - (dy - now.y) * grown };
}

/** Zoom by Ctrl and wheel or + and −, pan with the middle button or Space; the wheel turns slices. */
export function useZoom(pane: RefObject<HTMLElement | null>, turn: (by: number) => void) {
  const [zoom, setZoom] = useState(WHOLE);
  const held = useRef<{ x: number; y: number } | null>(null);
  const space = useRef(false);
  const whole = useCallback(() => setZoom(WHOLE), []);
  const turning = useRef(turn);
  turning.current = turn;
  useEffect(() => {
    const element = pane.current;
    if (!element) return;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      if (!event.ctrlKey) return turning.current(Math.sign(event.deltaY));
      const box = element.getBoundingClientRect();
      const dx = event.clientX - box.left - box.width / 2;
      const dy = event.clientY - box.top - box.height / 2;
      setZoom((now) => zoomed(now, event.deltaY < 0 ? 1.2 : 1 / 1.2, dx, dy));
    };
    const up = (event: globalThis.KeyboardEvent) => {
      if (event.code === "Space") space.current = false;
    };
    element.addEventListener("wheel", wheel, { passive: false });
    addEventListener("keyup", up);
    return () => {
      element.removeEventListener("wheel", wheel);
      removeEventListener("keyup", up);
    };
  }, [pane]);
  return {
    zoom,
    whole,
    key: (event: KeyboardEvent): boolean => {
      if (event.ctrlKey || event.metaKey) return false;
      if (event.code === "Space") space.current = true;
      else if (event.key === "+") setZoom((now) => zoomed(now, 1.25));
      else if (event.key === "-") setZoom((now) => zoomed(now, 1 / 1.25));
      else if (event.code === "Digit0" && !event.shiftKey) whole();
      else return false;
      event.preventDefault();
      return true;
    },
    begin: (event: PointerEvent): boolean => {
      if (event.button !== 1 && !space.current) return false;
      held.current = { x: event.clientX - zoom.x, y: event.clientY - zoom.y };
      return true;
    },
    move: (event: PointerEvent): boolean => {
      const from = held.current;
      if (!from) return false;
      const [x, y] = [event.clientX - from.x, event.clientY - from.y];
      setZoom((now) => (now.scale === 1 ? WHOLE : { ...now, x, y }));
      return true;
    },
    end: () => {
      held.current = null;
    },
  };
}
