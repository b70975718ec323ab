import type { VolumeHeader } from "../parts/viewer/volume";

export type Said = "present" | "absent" | "not_assessed" | "cannot_assess";
export type Choice = "a" | "b" | "merge" | "edit" | "none";

export interface Term {
  key: string;
  number: number;
  ja: string;
  en: string;
  colour: string;
  geometry: "mask" | "polygon" | "measure" | "class";
  group: string;
  kind: string;
  required: boolean;
  question: Question | null;
  /** The kinds of mark that measure it; none listed means all. */
  measured_by: string[];
}

/** What a class asks, with its answers in order. */
export interface Question {
  levels: { key: string; ja: string; en: string }[];
  ordered: boolean;
  per_slice: boolean;
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
  /** Of a slide: whether its file is DICOM, so that DICOM annotations can name it. */
  dicom?: boolean;
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

/** A tool of the server: the numbers that it takes, and what it works on. */
export interface ComputingTool {
  name: string;
  ja: string;
  en: string;
  numbers: {
    name: string;
    ja: string;
    en: string;
    unit: string;
    default: number;
    least: number;
    most: number;
  }[];
  needs: ("voxels" | "other" | "scribbles")[];
}

export interface Decision {
  id: string;
  created_at: string;
  choice: Choice;
  code: string;
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

/** Marks of both readers that belong together, by their number; 0 where one has none. */
export interface MarkPair {
  key: string;
  a: number;
  b: number;
  reason: string;
  slice: number | null;
  values: { name: string; a: number; b: number; difference: number }[];
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
  /** Comparisons from before there were marks have none. */
  marks?: MarkPair[];
}

export interface Comparison {
  id: string;
  created_at: string;
  a_label_id: string;
  b_label_id: string;
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
  state: "draft" | "preliminary" | "signed" | "amended" | "entered_in_error";
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
  certainty: number;
  change: string | null;
  prior_mm: number | null;
}

export interface ReportSignature {
  id: string;
  created_at: string;
  part: "first_reader" | "second_reader" | "addendum";
  text_ja: string;
  text_en: string;
}

/** A course by RECIST 1.1; sizes in mm by target, an assessment for each day but the first. */
export interface Course {
  dates: string[];
  targets: { name: string }[];
  sizes: Record<string, number | null>[];
  assessments: {
    total_mm: number | null;
    baseline_mm: number;
    from_nadir: number | null;
    overall: string;
  }[];
}

export interface ReportDetail extends Report {
  facts: {
    modality: string;
    labels: string;
    organs: { key: string; ja: string; en: string; volume_ml: number }[];
    lesions: LesionFact[];
    regions: { key: string; ja: string; en: string; count: number; area_mm2: number | null }[];
    absent: string[];
    prior: { date: string } | null;
  };
  text_ja: string;
  text_en: string;
  problems: Problem[];
  confirmed: string[];
  certainty: Record<string, number>;
  links: Record<string, string | null>;
  recommendation: string;
  override: string | null;
  reason: string | null;
  sha256: string | null;
  mine: boolean;
  can_word: boolean;
  signatures: ReportSignature[];
}

/** A way to a first mask, and what it works from beside the image. */
export interface Assist {
  name: string;
  ja: string;
  en: string;
  needs: ("points" | "examples")[];
}
