import { useEffect, useRef } from "react";
import type { PaneFrame } from "../../parts/viewer/frame";
import { planeOf } from "../../parts/viewer/volume";
import type { Path } from "./tool";

/** The outline under way, told from outside of React: a move of the pointer must not wait for it. */
export class PathUnderWay {
  path: Path | null = null;
  private readonly listeners = new Set<() => void>();

  show(path: Path | null): void {
    if (!path && !this.path) return;
    this.path = path;
    for (const tell of this.listeners) tell();
  }

  listen(tell: () => void): () => void {
    this.listeners.add(tell);
    return () => this.listeners.delete(tell);
  }
}

/** Draw the outline under way over the pane that shows its slice. */
export function PathPreview({ under, frame }: { under: PathUnderWay; frame: PaneFrame }) {
  const dark = useRef<SVGPolylineElement>(null);
  const bright = useRef<SVGPolylineElement>(null);
  useEffect(() => {
    const { picture, plane, index, header } = frame;
    const { width, height } = planeOf(header, plane);
    const draw = () => {
      const path = under.path?.plane === plane && under.path.index === index ? under.path : null;
      const points = (path?.points ?? [])
        .map(({ column, row }) => {
          const x = picture.left + ((column + 0.5) / width) * picture.width;
          const y = picture.top + ((row + 0.5) / height) * picture.height;
          return `${x.toFixed(1)},${y.toFixed(1)}`;
        })
        .join(" ");
      dark.current?.setAttribute("points", points);
      bright.current?.setAttribute("points", points);
    };
    draw();
    return under.listen(draw);
  }, [under, frame]);
  return (
    <svg className="path-under-way" width={frame.width} height={frame.height} aria-hidden>
      <polyline ref={dark} stroke="#000" strokeWidth={4} fill="none" />
      <polyline ref={bright} stroke="#fff" strokeWidth={1.5} fill="none" />
    </svg>
  );
}
