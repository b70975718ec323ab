import { greyTable, type Window } from "./window";

type Stop = readonly [number, number, number];

/** Colour maps of a volume that lies over another, from its low values to its high ones. */
export const MAPS = {
  hot: [
    [0, 0, 0],
    [230, 0, 0],
    [255, 210, 0],
    [255, 255, 255],
  ],
  viridis: [
    [68, 1, 84],
    [59, 82, 139],
    [33, 145, 140],
    [94, 201, 98],
    [253, 231, 37],
  ],
  cool: [
    [0, 0, 0],
    [0, 90, 200],
    [90, 230, 255],
    [255, 255, 255],
  ],
  grey: [
    [0, 0, 0],
    [255, 255, 255],
  ],
} as const satisfies Record<string, readonly Stop[]>;

export type ColourMap = keyof typeof MAPS;

/** Colour of every int16 value as opaque RGBA, index = value + 32768. */
export function colourTable(window: Window, map: ColourMap): Uint32Array {
  const stops: readonly Stop[] = MAPS[map];
  const shades = Uint32Array.from({ length: 256 }, (_, grey) => {
    const at = (grey / 255) * (stops.length - 1);
    const from = stops[Math.floor(at)] ?? [0, 0, 0];
    const to = stops[Math.ceil(at)] ?? from;
    const mixed = (channel: 0 | 1 | 2) =>
      Math.round(from[channel] + (to[channel] - from[channel]) * (at % 1));
    return (255 << 24) | (mixed(2) << 16) | (mixed(1) << 8) | mixed(0);
  });
  return greyTable(window).map((pixel) => shades[pixel & 255] ?? 0);
}
