import type { Wire } from "../api";

export type SubjectRow = Wire<"SubjectOut">;
export type Entry = Wire<"renkei__subjects__server__schemas__EntryOut">;
export type SubjectDetail = Wire<"SubjectDetailOut">;
export type SeriesRow = Wire<"SeriesOut">;
export type SlideRow = Wire<"SlideOut">;
export type RecordRow = Wire<"RecordOut">;

/** The address of what a line of the timeline shows. */
export function addressOf(entry: Entry): string {
  const folder = { series: "series", slide: "slides", record: "records" }[entry.kind];
  return folder ? `/subjects/${folder}/${entry.id}` : "/subjects";
}
