import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef } from "react";

const MOST = 12;

/** Zoom by Ctrl and wheel or + and −, pan with the middle button or Space; the wheel turns slices. */
export function useZoom(canvas: RefObject<HTMLCanvasElement | null>, turn: (by: number) => void) {
  const view = useRef({ scale: 1, x: 0, y: 0 });
  const held = useRef<{ x: number; y: number } | null>(null);
  const space = useRef(false);
  const set = (scale: number, x: number, y: number) => {
    const kept = Math.min(MOST, Math.max(1, scale));
    view.current = kept === 1 ? { scale: 1, x: 0, y: 0 } : { scale: kept, x, y };
    const now = view.current;
    const element = canvas.current;
    if (!element) return;
    element.style.transform = `translate(${now.x}px, ${now.y}px) scale(${now.scale})`;
    element.style.imageRendering = now.scale > 3 ? "pixelated" : "auto";
  };
  const by = (factor: number, clientX?: number, clientY?: number) => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box) return;
    const now = view.current;
    const scale = Math.min(MOST, Math.max(1, now.scale * factor));
    // The place under the pointer stays where it is.
    const dx = (clientX ?? box.left + box.width / 2) - (box.left + box.width / 2);
    const dy = (clientY ?? box.top + box.height / 2) - (box.top + box.height / 2);
    const grown = scale / now.scale;
    set(scale, now.x - dx * (grown - 1), now.y - dy * (grown - 1));
  };
  const wheelBy = useRef(by);
  wheelBy.current = by;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.ctrlKey)
        wheelBy.current(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.clientX, event.clientY);
      else turn(Math.sign(event.deltaY));
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
  }, [canvas, turn]);
  return {
    key: (event: KeyboardEvent): boolean => {
      if (event.ctrlKey || event.metaKey) return false;
      if (event.code === "Space") space.current = true;
      else if (event.key === "+") by(1.25);
      else if (event.key === "-") by(1 / 1.25);
      else if (event.code === "Digit0") set(1, 0, 0);
      else return false;
      event.preventDefault();
      return true;
    },
    begin: (event: PointerEvent): boolean => {
      if (event.button !== 1 && !space.current) return false;
      held.current = { x: event.clientX - view.current.x, y: event.clientY - view.current.y };
      return true;
    },
    move: (event: PointerEvent): boolean => {
      if (!held.current) return false;
      set(view.current.scale, event.clientX - held.current.x, event.clientY - held.current.y);
      return true;
    },
    end: () => {
      held.current = null;
    },
  };
}
