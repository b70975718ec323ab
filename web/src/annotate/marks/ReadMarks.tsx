import "./marks.css";
import { useQuery } from "@tanstack/react-query";
import { get } from "../../api";
import type { PaneFrame } from "../../parts/viewer/frame";
import { Drawn } from "./MarkLayer";
import type { Shape, Values } from "./mark";

/** A mark of finished labels. */
export interface ReadMark extends Shape {
  answer: string;
  text: string;
  values: Values;
}

// Those of the difference of masks: only A, only B.
const COLOURS = ["#e69f00", "#56b4e9"] as const;

/** The marks of several finished labels, in their order. */
export function useReadMarks(labels: readonly string[]) {
  return useQuery({
    queryKey: ["annotate", "read marks", ...labels],
    queryFn: () => Promise.all(labels.map((id) => get<ReadMark[]>(`/annotate/labels/${id}/marks`))),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What readers measured, over one pane: A in one colour, B in another and dashed. */
export function ReadMarks({
  frame,
  readings,
}: {
  frame: PaneFrame;
  readings: readonly (readonly ReadMark[])[];
}) {
  // The numbers of two readings would lie on each other.
  const alone = readings.filter((marks) => marks.length).length < 2;
  return (
    <svg className="marks" width={frame.width} height={frame.height} aria-hidden>
      {readings.map((marks, at) => (
        <g key={COLOURS[at]} className={at ? "side-b" : "side-a"}>
          {marks.map((mark) => (
            <Drawn
              key={`${mark.kind} ${mark.key} ${mark.points.join(" ")}`}
              frame={frame}
              shape={mark}
              values={alone ? mark.values : {}}
              text={alone ? mark.text : ""}
              colour={COLOURS[at] ?? "#fff"}
              chosen={false}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}
