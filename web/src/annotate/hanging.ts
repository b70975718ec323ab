import type { Triple } from "../parts/viewer/space";

/** A series beside the task's image; its key is good within the task only. */
export interface Beside {
  key: string;
  modality: string;
  description: string | null;
  body_part: string | null;
  slices: number;
  prior: boolean;
  days_before: number | null;
  /** 0: places mean the same as in the task's image; another number: as in those of that number. */
  frame: number | null;
}

/** What one place beside the image is for. */
interface Slot {
  prior: boolean;
  /** A modality, or `same` as the image's. */
  modality: string;
  /** One of these begins a word of the series' description; none: any will do. */
  words: readonly string[];
}

/** How images are hung: a file of `hanging/` each. */
export interface HangingProtocol {
  name: string;
  /** Lower comes first where several fit. */
  order: number;
  ja: string;
  en: string;
  /** The image's modality, or * for any. */
  modality: string;
  body_parts?: readonly string[];
  slots: readonly Slot[];
  /** So many slots must be filled, or another protocol is taken. */
  least: number;
}

export const MOST_BESIDE = 3;

const files = import.meta.glob<HangingProtocol>("./hanging/*.json", {
  eager: true,
  import: "default",
});
export const PROTOCOLS = Object.values(files).sort((a, b) => a.order - b.order);

interface Image {
  modality: string;
  body_part?: string | null | undefined;
}

/** The series that a protocol hangs beside an image; null where too few of its slots are filled. */
export function hang(
  protocol: HangingProtocol,
  image: Image,
  series: readonly Beside[],
): Beside[] | null {
  if (protocol.modality !== "*" && protocol.modality !== image.modality) return null;
  const parts = protocol.body_parts;
  if (parts && !parts.includes(image.body_part ?? "")) return null;
  const hung: Beside[] = [];
  for (const slot of protocol.slots) {
    const found = series.find((one) => !hung.includes(one) && fits(slot, image, one));
    if (found) hung.push(found);
  }
  return hung.length >= protocol.least ? hung.slice(0, MOST_BESIDE) : null;
}

/** The protocols that fit, the best first. */
export function fitting(image: Image, series: readonly Beside[]): HangingProtocol[] {
  return PROTOCOLS.filter((protocol) => hang(protocol, image, series));
}

function fits(slot: Slot, image: Image, series: Beside): boolean {
  const modality = slot.modality === "same" ? image.modality : slot.modality;
  if (slot.prior !== series.prior || modality !== series.modality) return false;
  if (!slot.words.length) return true;
  const said = (series.description ?? "").normalize("NFKC").toLowerCase().replace(/[_-]+/g, " ");
  return slot.words.some((word) =>
    // Japanese has no spaces between words; in the Latin script t1 is not in "st10".
    /^[\x20-\x7e]+$/.test(word)
      ? new RegExp(`(?<![a-z0-9])${word}`).test(said)
      : said.includes(word),
  );
}

/** Which frame of reference a pane is in, and where the reader said that it lies, in mm. */
export interface Hung {
  frame: number | null;
  /** Its places less those of the image, as the reader linked them by hand. */
  offset: Triple | null;
}

const NONE: Triple = [0, 0, 0];

/** What must be added to a place of one pane to find it in another; null: they are not linked. */
export function shiftBetween(from: Hung, to: Hung): Triple | null {
  if (from.frame !== null && from.frame === to.frame) return NONE;
  const [a, b] = [fromImage(from), fromImage(to)];
  return a && b ? minus(b, a) : null;
}

function fromImage({ frame, offset }: Hung): Triple | null {
  return frame === 0 ? NONE : offset;
}

/** One place less another. */
export function minus(a: Triple, b: Triple): Triple {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/** One place and another added. */
export function plus(a: Triple, b: Triple): Triple {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}
