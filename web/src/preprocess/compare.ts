import type { Wire } from "../api";

export type ViewsOf = Wire<"ViewsOut">;
export const MODES = ["wipe", "checker", "fused", "one", "other"] as const;
export type Mode = (typeof MODES)[number];

/** Layers that are laid over a picture instead of beside it. */
export const OVERLAYS = ["labels", "change"];
export const STRENGTH: Record<string, number> = { labels: 0.45, change: 0.8 };
const SQUARES = 8;
// They add up to white, so that what is alike in both stays grey.
export const TINTS = { one: "rgb(255, 128, 0)", other: "rgb(0, 127, 255)" };

export interface Shown {
  mode: Mode;
  /** Wipe: where the border stands; fused: how strong the second is; both 0–1. */
  share: number;
  slice: number;
}

/** The two layers that a run is looked at with first: what came in or stands, and what came out. */
export function firstPair(layers: readonly string[]): [string, string] {
  const pictures = layers.filter((name) => !OVERLAYS.includes(name));
  const first = pictures[0] ?? "";
  return [first, pictures.at(-1) ?? first];
}

/** The squares of a chessboard over a picture that show its second layer: [x, y, width, height]. */
export function squares(width: number, height: number): [number, number, number, number][] {
  const side = Math.max(1, Math.floor(Math.max(width, height) / SQUARES));
  const found: [number, number, number, number][] = [];
  for (let y = 0; y < height; y += side) {
    for (let x = 0; x < width; x += side) {
      if ((x / side + y / side) % 2 === 1) {
        found.push([x, y, Math.min(side, width - x), Math.min(side, height - y)]);
      }
    }
  }
  return found;
}

type Picture = HTMLImageElement | undefined;

/** Draw one slice of two layers into a canvas of their size. */
export function draw(
  canvas: HTMLCanvasElement,
  views: ViewsOf,
  one: Picture,
  other: Picture,
  overlays: [Picture, number][],
  shown: Shown,
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = views;
  const lay = (picture: Picture, onto = context) =>
    picture && onto.drawImage(picture, 0, shown.slice * height, width, height, 0, 0, width, height);
  context.globalAlpha = 1;
  context.globalCompositeOperation = "source-over";
  context.fillStyle = "black";
  context.fillRect(0, 0, width, height);
  if (shown.mode === "fused") {
    fuse(
      context,
      views,
      (onto) => lay(one, onto),
      (onto) => lay(other, onto),
      shown.share,
    );
  } else {
    lay(shown.mode === "other" ? other : one);
    if (shown.mode === "wipe" || shown.mode === "checker") {
      context.save();
      context.beginPath();
      if (shown.mode === "wipe") context.rect(width * shown.share, 0, width, height);
      else for (const square of squares(width, height)) context.rect(...square);
      context.clip();
      lay(other);
      context.restore();
    }
  }
  for (const [picture, strength] of overlays) {
    context.globalAlpha = strength;
    lay(picture);
  }
}

function fuse(
  context: CanvasRenderingContext2D,
  { width, height }: ViewsOf,
  one: (onto: CanvasRenderingContext2D) => void,
  other: (onto: CanvasRenderingContext2D) => void,
  share: number,
): void {
  const aside = document.createElement("canvas");
  aside.width = width;
  aside.height = height;
  const tinted = aside.getContext("2d");
  if (!tinted) return;
  for (const [lay, tint, strength] of [
    [one, TINTS.one, Math.min(1, 2 - 2 * share)],
    [other, TINTS.other, Math.min(1, 2 * share)],
  ] as const) {
    tinted.globalCompositeOperation = "source-over";
    lay(tinted);
    tinted.globalCompositeOperation = "multiply";
    tinted.fillStyle = tint;
    tinted.fillRect(0, 0, width, height);
    context.globalCompositeOperation = "lighter";
    context.globalAlpha = strength;
    context.drawImage(aside, 0, 0);
  }
  context.globalCompositeOperation = "source-over";
  context.globalAlpha = 1;
}
