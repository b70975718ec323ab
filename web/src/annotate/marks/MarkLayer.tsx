import "./marks.css";
import type { PaneFrame } from "../../parts/viewer/frame";
import type { Triple } from "../../parts/viewer/space";
import type { VoxelStore } from "../../parts/viewer/volume";
import type { Vocabulary } from "../types";
import { Handles } from "./Handles";
import { lieOf } from "./lie";
import type { Shape, Values } from "./mark";
import { measure } from "./measure";
import { onScreen, shownOf } from "./onScreen";
import { toolOf } from "./tools";
import type { Marking } from "./useMarking";
import type { Marks } from "./useMarks";
import { useNumbers } from "./words";

interface Props {
  frame: PaneFrame;
  marks: Marks;
  marking: Marking;
  store: VoxelStore;
  words: Vocabulary;
}

/** The marks over one pane: whole where they lie, as dots where the plane crosses them. */
export function MarkLayer({ frame, marks, marking, store, words }: Props) {
  const { draft, selected, locked } = marking;
  marking.frame.current = frame;
  const colourOf = (key: string) => words.terms.find((term) => term.key === key)?.colour ?? "#fff";
  const under = draft && drafted(frame, draft);
  const chosen = marks.marks.find((mark) => mark.mark_id === selected);
  return (
    <>
      <svg className="marks" width={frame.width} height={frame.height} aria-hidden>
        {marks.marks.map((mark) => (
          <Drawn
            key={mark.mark_id}
            frame={frame}
            shape={mark}
            values={mark.values}
            text={mark.text}
            colour={colourOf(mark.key)}
            chosen={mark === chosen}
          />
        ))}
        {under && (
          <Drawn
            frame={frame}
            shape={under}
            values={measure(store, under) ?? {}}
            text=""
            colour={colourOf(under.key)}
            chosen
          />
        )}
      </svg>
      {chosen && !locked && (
        <Handles
          key={chosen.mark_id}
          frame={frame}
          mark={chosen}
          done={(points) => marking.reshape(chosen, points)}
        />
      )}
    </>
  );
}

function drafted(frame: PaneFrame, draft: NonNullable<Marking["draft"]>): Shape | null {
  const { tool, key, clicked, hover, place } = draft;
  if (place.plane !== frame.plane || place.index !== frame.index) return null;
  const points = hover ? [...clicked, hover] : clicked;
  return { kind: tool.kind, key, points: tool.make(points, lieOf(frame.header, frame.plane)) };
}

interface DrawnProps {
  frame: PaneFrame;
  shape: Shape;
  values: Values;
  text: string;
  colour: string;
  chosen: boolean;
}

/** One mark over a pane, with its numbers. */
export function Drawn({ frame, shape, values, text, colour, chosen }: DrawnProps) {
  const numbers = useNumbers(frame.header);
  const tool = toolOf(shape.kind);
  if (!tool || !shape.points.length) return null;
  const found = shownOf(frame, shape, tool.lines(shape.points, lieOf(frame.header, frame.plane)));
  const label = [text, numbers(values)].filter(Boolean).join(" · ");
  const at = found.lines.length || found.whole ? onScreen(frame, shape.points[0] as Triple) : null;
  return (
    <g className={chosen ? "mark chosen" : "mark"} data-kind={shape.kind} style={{ color: colour }}>
      {found.lines.map((line) => (
        <path key={line} d={line} className="halo" />
      ))}
      {found.lines.map((line) => (
        <path key={`over ${line}`} d={line} />
      ))}
      {found.dots.map(({ x, y }) => (
        <circle key={`${x} ${y}`} cx={x} cy={y} r={4} className="dot" />
      ))}
      {at && label && (
        <text x={Math.min(at.x + 9, frame.width - 8)} y={Math.max(at.y - 9, 14)}>
          {label}
        </text>
      )}
    </g>
  );
}
