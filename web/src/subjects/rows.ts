import type { Wire } from "../api";

export type SubjectRow = Wire<"SubjectOut">;
export type Entry = Wire<"renkei__subjects__server__schemas__EntryOut">;
export type SubjectDetail = Wire<"SubjectDetailOut">;
export type SeriesRow = Wire<"SeriesOut">;
export type SlideRow = Wire<"SlideOut">;
export type RecordRow = Wire<"RecordOut">;

export const LANES = [
  "image",
  "slide",
  "report",
  "diagnosis",
  "test",
  "drug",
  "operation",
  "gene",
  "label",
  "table",
] as const satisfies readonly Entry["lane"][];

/** All that one lane holds of one day. */
export interface Mark {
  lane: Entry["lane"];
  date: string;
  entries: Entry[];
}

/** Gather dated entries into one mark per lane and day, in the order of days. */
export function marksOf(entries: Entry[]): Mark[] {
  const found = new Map<string, Mark>();
  for (const entry of entries) {
    if (!entry.date) continue;
    const key = `${entry.lane} ${entry.date}`;
    const mark = found.get(key) ?? { lane: entry.lane, date: entry.date, entries: [] };
    mark.entries.push(entry);
    found.set(key, mark);
  }
  return [...found.values()].sort((a, b) => a.date.localeCompare(b.date));
}

/** The mark that an arrow key leads to: along its lane by day, else the nearest of the next lane. */
export function beside(marks: Mark[], from: Mark, key: string): Mark | undefined {
  const lane = marks.filter((mark) => mark.lane === from.lane);
  const at = lane.indexOf(from);
  if (key === "ArrowRight") return lane[at + 1];
  if (key === "ArrowLeft") return lane[at - 1];
  if (key === "Home") return lane[0];
  if (key === "End") return lane.at(-1);
  const used = LANES.filter((one) => marks.some((mark) => mark.lane === one));
  const next = used[used.indexOf(from.lane) + (key === "ArrowDown" ? 1 : -1)];
  const apart = (mark: Mark) => Math.abs(Date.parse(mark.date) - Date.parse(from.date));
  return marks
    .filter((mark) => mark.lane === next)
    .reduce<Mark | undefined>((a, b) => (a && apart(a) <= apart(b) ? a : b), undefined);
}

/** Round days at which the axis is labelled: years, else months, else days; at most eight. */
export function ticksOf(first: string, last: string): string[] {
  const start = new Date(first);
  const end = new Date(last);
  const months = (end.getTime() - start.getTime()) / 2_629_800_000;
  const step = [1, 3, 6, 12, 24, 60, 120].find((n) => months / n <= 8) ?? 240;
  if (months < 2) return first === last ? [first] : [first, last];
  const found: string[] = [];
  const at = new Date(Date.UTC(start.getUTCFullYear(), 0, 1));
  while (at <= end) {
    if (at >= start) found.push(at.toISOString().slice(0, 10));
    at.setUTCMonth(at.getUTCMonth() + step);
  }
  return found;
}

/** The address of what a line of the timeline shows. */
export function addressOf(entry: Entry): string {
  const folder = { series: "series", slide: "slides", record: "records" }[entry.kind];
  return folder ? `/subjects/${folder}/${entry.id}` : "/subjects";
}
