/** A grey picture to follow edges in, row by row. */
export interface Picture {
  values: Float32Array;
  width: number;
  height: number;
}

const STEPS = [
  [-1, 0, 1],
  [1, 0, 1],
  [0, -1, 1],
  [0, 1, 1],
  [-1, -1, Math.SQRT2],
  [1, -1, Math.SQRT2],
  [-1, 1, Math.SQRT2],
  [1, 1, Math.SQRT2],
] as const;
const DEAREST = 100;
const RING = 256;

/** What it costs to pass each pixel: 1 on the strongest edges, 100 where nothing changes. */
export function costs({ values, width, height }: Picture): Uint8Array {
  const slopes = new Float32Array(values.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      const [left, right] = [column ? at - 1 : at, column < width - 1 ? at + 1 : at];
      const [up, down] = [row ? at - width : at, row < height - 1 ? at + width : at];
      const across = (values[right] as number) - (values[left] as number);
      slopes[at] = Math.hypot(across, (values[down] as number) - (values[up] as number));
    }
  }
  // The 98th percentile instead of the greatest: one bright speck would make all else flat.
  const strong = Float32Array.from(slopes).sort()[Math.floor(slopes.length * 0.98)] || 1;
  return Uint8Array.from(slopes, (slope) =>
    Math.round(1 + (DEAREST - 1) * (1 - Math.min(1, slope / strong)) ** 2),
  );
}

/**
 * The cheapest ways from one pixel to all others: for each the pixel before it, -1 for none.
 *
 * Dijkstra with buckets, as live wire has it (Mortensen and Barrett 1995,
 * doi:10.1145/218380.218442).
 */
export function waysFrom(cost: Uint8Array, width: number, height: number, start: number) {
  const before = new Int32Array(cost.length).fill(-1);
  const far = new Float64Array(cost.length).fill(Number.POSITIVE_INFINITY);
  const done = new Uint8Array(cost.length);
  const buckets: number[][] = Array.from({ length: RING }, () => []);
  far[start] = 0;
  buckets[0]?.push(start);
  let waiting = 1;
  for (let turn = 0; waiting; turn++) {
    const bucket = buckets[turn % RING] as number[];
    while (bucket.length) {
      const at = bucket.pop() as number;
      waiting--;
      if (done[at]) continue;
      done[at] = 1;
      const [row, column] = [Math.floor(at / width), at % width];
      for (const [right, down, length] of STEPS) {
        const [x, y] = [column + right, row + down];
        if (x < 0 || y < 0 || x >= width || y >= height) continue;
        const next = y * width + x;
        const there = (far[at] as number) + (cost[next] as number) * length;
        if (done[next] || there >= (far[next] as number)) continue;
        far[next] = there;
        before[next] = at;
        buckets[Math.floor(there) % RING]?.push(next);
        waiting++;
      }
    }
  }
  return before;
}

/** The pixels of a way, from its start to `end`. */
export function wayTo(before: Int32Array, end: number): number[] {
  const found: number[] = [];
  for (let at = end; at >= 0; at = before[at] as number) found.push(at);
  return found.reverse();
}
