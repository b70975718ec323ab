import type { PaneFrame } from "./frame";
import { type Cut, crossing, type OnPlane, type Triple } from "./space";
import { planeOf } from "./volume";

// The middle stays free, so that what one points at can be seen.
const GAP = 12;

interface Props {
  frame: PaneFrame;
  at?: Triple | undefined;
  lines?: readonly Cut[] | undefined;
}

/** The cross-hair of the linked planes, and the planes of other series as lines. */
export function Cross({ frame, at, lines = [] }: Props) {
  const { width, height } = frame;
  const here = { header: frame.header, plane: frame.plane, slice: frame.index };
  const { stepX, stepY } = planeOf(frame.header, frame.plane);
  const screen = ({ column, row }: OnPlane) => [
    frame.picture.left + (column + 0.5) * stepX * frame.pxPerMm,
    frame.picture.top + (row + 0.5) * stepY * frame.pxPerMm,
  ];
  const middle = at && frame.toScreen(at);
  const path = middle
    ? `M0 ${middle.y}H${middle.x - GAP}M${middle.x + GAP} ${middle.y}H${width}` +
      `M${middle.x} 0V${middle.y - GAP}M${middle.x} ${middle.y + GAP}V${height}`
    : "";
  return (
    <svg className="cross" width={width} height={height} aria-hidden>
      {path && <path d={path} />}
      {lines.map((line) => {
        const ends = crossing(here, line);
        if (!ends) return null;
        const [[x1, y1], [x2, y2]] = [screen(ends[0]), screen(ends[1])];
        return <line key={`${line.plane}/${line.slice}`} className="cut" {...{ x1, y1, x2, y2 }} />;
      })}
    </svg>
  );
}
