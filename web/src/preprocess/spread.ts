import type { Wire } from "../api";

export type Spread = Wire<"SpreadOut">;

export interface Scale {
  x: (value: number) => number;
  y: (share: number) => number;
}

const WIDEST = 10;

/** The mean of a cohort, each image counting the same. */
export function meanOf({ means }: Spread): number {
  return means.reduce((sum, one) => sum + one, 0) / Math.max(1, means.length);
}

/** Whether two cohorts can be read on one axis: HU and 0–1 cannot. */
export function isOneScale(one: Spread, other: Spread): boolean {
  const spans = [one.high - one.low, other.high - other.low].sort((a, b) => a - b);
  const [small = 0, large = 0] = spans;
  return large <= WIDEST * small && one.low < other.high && other.low < one.high;
}

function places(of: Spread, shares: number[], { x, y }: Scale): string[] {
  const step = (of.high - of.low) / shares.length;
  return shares.map((share, n) => {
    const at = x(of.low + (n + 0.5) * step);
    return `${at.toFixed(1)} ${y(share).toFixed(1)}`;
  });
}

/** The shares as the path of a line. */
export function lineOf(of: Spread, scale: Scale): string {
  return `M${places(of, of.shares, scale).join("L")}`;
}

/** From the 10 to the 90 percentile of the images as the path of an area. */
export function bandOf(of: Spread, scale: Scale): string {
  const up = places(of, of.most, scale);
  const down = places(of, of.least, scale).reverse();
  return `M${[...up, ...down].join("L")}Z`;
}
