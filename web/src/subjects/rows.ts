export interface SubjectRow {
  id: string;
  created_at: string;
  site_id: string;
  site: string;
  pseudonym: string;
  sex: string | null;
  age: number | null;
  year: number | null;
  made: boolean;
  withdrawn_at: string | null;
  studies: number;
  series: number;
  slides: number;
  records: number;
}

export interface Entry {
  date: string | null;
  kind: string;
  id: string;
  title: string;
}

export interface SubjectDetail extends SubjectRow {
  timeline: Entry[];
}

export interface SeriesRow {
  id: string;
  created_at: string;
  site_id: string;
  site: string | null;
  subject_id: string;
  study_date: string | null;
  series_uid: string;
  study_uid: string;
  modality: string;
  body_part: string | null;
  description: string | null;
  kernel: string | null;
  thickness_mm: number | null;
  manufacturer: string | null;
  model: string | null;
  source: string;
  synthetic: boolean;
  instances: number;
}

export interface SlideRow {
  id: string;
  created_at: string;
  site: string | null;
  subject_id: string;
  sha256: string;
  width: number;
  height: number;
  mpp: number | null;
}

export interface RecordRow {
  id: string;
  created_at: string;
  site: string | null;
  subject_id: string;
  kind: string;
  format: string;
  date: string | null;
  sha256: string;
  data: unknown;
  refers: unknown;
}

/** The address of what a line of the timeline shows. */
export function addressOf(entry: Entry): string {
  const folder = { series: "series", slide: "slides", record: "records" }[entry.kind];
  return folder ? `/subjects/${folder}/${entry.id}` : "/subjects";
}
