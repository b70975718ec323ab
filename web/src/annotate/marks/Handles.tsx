import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { PaneFrame } from "../../parts/viewer/frame";
import { indexOf, mmOf, type Triple } from "../../parts/viewer/space";
import { lieOf } from "./lie";
import type { Mark } from "./mark";
import { onScreen } from "./onScreen";
import { toolOf } from "./tools";

const HALF = 0.5;
const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const FAR = 5;

interface Props {
  frame: PaneFrame;
  mark: Mark;
  /** Told once a drag has ended or the arrow key is let go. */
  done: (points: readonly Triple[]) => void;
}

/** The handles of the selected mark: dragged, or moved by the arrow keys, Shift for far. */
export function Handles({ frame, mark, done }: Props) {
  const { t } = useTranslation();
  const [points, setPoints] = useState<readonly Triple[] | null>(null);
  const tool = toolOf(mark.kind);
  if (!tool) return null;
  const now = points ?? mark.points;
  const lie = lieOf(frame.header, frame.plane);
  // A handle stays on the slice of its mark.
  const bring = (n: number, x: number, y: number) => {
    const to = mmOf(frame.header, frame.toVoxel(x, y));
    setPoints(tool.move(now, n, to, lie));
  };
  const end = () => {
    if (points) done(points);
    setPoints(null);
  };
  const follow = (n: number, event: PointerEvent<HTMLButtonElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    if (box) bring(n, event.clientX - box.left, event.clientY - box.top);
  };
  const press = (n: number, event: KeyboardEvent) => {
    const way = STEPS[event.code];
    const at = now[n] && onScreen(frame, now[n]);
    if (!way || !at || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? FAR : 1;
    bring(n, at.x + far * way[0], at.y + far * way[1]);
  };
  const lines = tool.lines(now, lie).map((line) =>
    line
      .map((mm) => onScreen(frame, mm))
      .map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`)
      .join(" "),
  );
  if (now.some((mm) => Math.abs(depthOf(frame, mm)) > HALF)) return null;
  return (
    <div className="handles">
      {points && (
        <svg className="marks" width={frame.width} height={frame.height} aria-hidden>
          {lines.map((line) => (
            <polyline key={line} points={line} className="moving" />
          ))}
        </svg>
      )}
      {now.map((mm, n) => {
        const { x, y } = onScreen(frame, mm);
        return (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: a handle is its number
            key={n}
            type="button"
            className="handle"
            style={{ left: x, top: y }}
            aria-label={t("annotate.marks.handle", { n: n + 1 })}
            onPointerDown={(event) => {
              event.stopPropagation();
              event.currentTarget.setPointerCapture(event.pointerId);
            }}
            onPointerMove={(event) => follow(n, event)}
            onPointerUp={end}
            onKeyDown={(event) => press(n, event)}
            onKeyUp={end}
            onBlur={end}
          />
        );
      })}
    </div>
  );
}

function depthOf(frame: PaneFrame, mm: Triple): number {
  return frame.toScreen(indexOf(frame.header, mm)).depth;
}
