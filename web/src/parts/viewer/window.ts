/** A window of values: its centre and width, in HU for CT, in stored values otherwise. */
export interface Window {
  centre: number;
  width: number;
}

/** A window under a name that the app words. */
export interface Preset {
  name: string;
  window: Window;
}

export const presets: Record<string, Window> = {
  abdomen: { centre: 40, width: 400 },
  liver: { centre: 60, width: 160 },
  lung: { centre: -600, width: 1500 },
  bone: { centre: 400, width: 1800 },
  brain: { centre: 40, width: 80 },
  mediastinum: { centre: 50, width: 350 },
  subdural: { centre: 75, width: 215 },
  vessels: { centre: 300, width: 600 },
  whole: { centre: 0, width: 2000 },
};

/** The windows of the keys Shift-1 to Shift-9: by tissue for CT, else about the first one. */
export function presetsOf(header: { modality: string } | undefined, first: Window): Preset[] {
  if (header?.modality === "CT") {
    return Object.entries(presets).map(([name, window]) => ({ name, window }));
  }
  const { centre, width } = first;
  return [
    { name: "first", window: first },
    { name: "narrow", window: { centre, width: Math.max(1, width / 2) } },
    { name: "wide", window: { centre, width: width * 2 } },
    { name: "bright", window: { centre: centre - width / 4, width } },
    { name: "dim", window: { centre: centre + width / 4, width } },
  ];
}

const OFFSET = 32768;

/**
 * Grey of every int16 value as opaque RGBA, index = value + 32768.
 *
 * PS3.3 C.11.2.1.2.1 (LINEAR): y = clamp((x − (c − 0.5)) / (w − 1) + 0.5).
 */
export function greyTable({ centre, width }: Window, inverted = false): Uint32Array {
  const table = new Uint32Array(65536);
  const span = Math.max(width, 1.000001) - 1;
  for (let index = 0; index < 65536; index++) {
    const x = index - OFFSET;
    const y = span <= 1e-5 ? (x > centre - 0.5 ? 1 : 0) : (x - (centre - 0.5)) / span + 0.5;
    const share = Math.min(1, Math.max(0, y));
    const grey = Math.round(255 * (inverted ? 1 - share : share));
    table[index] = (255 << 24) | (grey << 16) | (grey << 8) | grey;
  }
  return table;
}

/** The 1st to 99th percentile of a sample: a first window for an MR that brings none. */
export function windowOf(values: Int16Array): Window {
  const step = Math.max(1, Math.floor(values.length / 20_000));
  const sample: number[] = [];
  for (let i = 0; i < values.length; i += step) sample.push(values[i] ?? 0);
  sample.sort((a, b) => a - b);
  const low = sample[Math.floor(sample.length * 0.01)] ?? 0;
  const high = sample[Math.floor(sample.length * 0.99)] ?? 1;
  return { centre: (low + high) / 2, width: Math.max(2, high - low) };
}

/** The same window over stored numbers, where value = stored × slope + intercept. */
export function storedWindow(window: Window, slope: number, intercept: number): Window {
  return { centre: (window.centre - intercept) / slope, width: Math.abs(window.width / slope) };
}
