import type { VolumeHeader } from "../parts/viewer/volume";

export type Said = "present" | "absent" | "not_assessed" | "cannot_assess";
export type Choice = "a" | "b" | "merge" | "edit" | "none";

export interface Term {
  key: string;
  number: number;
  ja: string;
  en: string;
  colour: string;
  geometry: "mask" | "polygon";
  group: string;
  kind: string;
  required: boolean;
}

export interface Vocabulary {
  reference: string;
  name: string;
  version: number;
  ja: string;
  en: string;
  groups: string[];
  terms: Term[];
}

export interface Task {
  id: string;
  created_at: string;
  series_id: string | null;
  slide_id: string | null;
  modality: string;
  vocabulary: string;
  protocol: string;
  state: string;
}

export interface Part {
  id: string;
  part: "reader" | "adjudicator" | "approver";
  alias: string;
  state: string;
  label_id: string | null;
}

/** The header of a task's volume as the server keeps it. */
export interface Image extends Omit<VolumeHeader, "window"> {
  window: [number, number] | null;
}

export interface TaskDetail extends Task {
  image: Image | null;
  candidate_id: string | null;
  reason: string | null;
  parts: Part[];
}

export interface Attempt {
  id: string;
  task_id: string;
  part: Part["part"];
  arm: string;
  state: string;
  last_seq: number;
  last_hash: string;
  said: Record<string, { said: Said; reason: string }>;
  submitted_at: string | null;
}

export interface Opened extends Attempt {
  lease: string;
  lease_until: string;
}

export interface Element {
  element_id: string;
  revision: number;
  key: string;
  rings: [number, number][][];
  deleted: boolean;
}

export interface Tool {
  name: string;
  ja: string;
  en: string;
}

export interface Decision {
  id: string;
  created_at: string;
  choice: Choice;
  reason: string;
}

export interface Dispute {
  id: string;
  position: number;
  key: string;
  reason: string;
  lesions_a: number[];
  lesions_b: number[];
  slice: number | null;
  decision: Decision | null;
}

export interface Measure {
  key: string;
  both_absent: boolean;
  dice: number | null;
  surface_dice: number | null;
  hd95_mm: number | null;
  volume_a: number;
  volume_b: number;
  lesion_f1: number | null;
}

export interface Comparison {
  id: string;
  created_at: string;
  agreed: boolean;
  results: { mean_dice: number | null; agreed_absent: number; terms: Measure[] };
  disputes: Dispute[];
}

export interface Label {
  id: string;
  created_at: string;
  origin: string;
  vocabulary: string;
  hash: string;
  absent: string[];
}

export interface Signature {
  id: string;
  created_at: string;
  task_id: string;
  number: number;
  hash: string;
  note: string;
  report_sha256: string | null;
}

export interface Problem {
  language: "ja" | "en";
  code: string;
  key: string;
  words: string;
}

export interface Report {
  id: string;
  created_at: string;
  task_id: string;
  label_id: string;
  state: "draft" | "signed";
  revision: number;
  signed_at: string | null;
}

export interface LesionFact {
  key: string;
  ja: string;
  en: string;
  number: number;
  long_mm: number;
  short_mm: number;
  volume_ml: number;
  slice: number;
  organ_ja: string | null;
  organ_en: string | null;
  side: string | null;
  mean_hu: number | null;
}

export interface ReportDetail extends Report {
  facts: {
    modality: string;
    labels: string;
    organs: { key: string; ja: string; en: string; volume_ml: number }[];
    lesions: LesionFact[];
    regions: { key: string; ja: string; en: string; count: number; area_mm2: number | null }[];
    absent: string[];
  };
  text_ja: string;
  text_en: string;
  problems: Problem[];
  override: string | null;
  sha256: string | null;
}
