/** The mean of each pixel and its eight neighbours: the grain of tissue is no border. */
function smoothed(data: Uint8ClampedArray, width: number, height: number): Uint8ClampedArray {
  const mean = new Uint8ClampedArray(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        let count = 0;
        for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
          for (let at = Math.max(0, x - 1); at <= Math.min(width - 1, x + 1); at++) {
            sum += data[4 * (row * width + at) + channel] as number;
            count++;
          }
        }
        mean[4 * (y * width + x) + channel] = sum / count;
      }
    }
  }
  return mean;
}

/**
 * The pixels around a seed whose colour is within `tolerance` of its own, 4-connected.
 *
 * Colour distance is Euclidean over red, green and blue. Holes of up to `least` pixels are filled.
 */
export function flood(
  shown: { data: Uint8ClampedArray; width: number; height: number },
  [sx, sy]: readonly [number, number],
  tolerance: number,
  least: number,
): Uint8Array {
  const { width, height } = shown;
  const data = smoothed(shown.data, width, height);
  const mask = new Uint8Array(width * height);
  const seed = 4 * (sy * width + sx);
  const [red, green, blue] = [data[seed], data[seed + 1], data[seed + 2]] as unknown as number[];
  const most = tolerance * tolerance;
  const alike = (at: number) => {
    const r = (data[4 * at] as number) - (red as number);
    const g = (data[4 * at + 1] as number) - (green as number);
    const b = (data[4 * at + 2] as number) - (blue as number);
    return r * r + g * g + b * b <= most;
  };
  spread(mask, width, height, sy * width + sx, 0, 1, alike);
  // What is not reached from the rim is enclosed: 2 is outside, 3 a hole that stays.
  for (let at = 0; at < mask.length; at++) {
    const x = at % width;
    const rim = x === 0 || x === width - 1 || at < width || at >= mask.length - width;
    if (rim && mask[at] === 0) spread(mask, width, height, at, 0, 2, () => true);
  }
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] !== 0) continue;
    const hole = spread(mask, width, height, at, 0, 3, () => true);
    if (hole.length <= least) for (const one of hole) mask[one] = 1;
  }
  return mask.map((value) => (value === 1 ? 1 : 0));
}

function spread(
  mask: Uint8Array,
  width: number,
  height: number,
  from: number,
  old: number,
  value: number,
  wanted: (at: number) => boolean,
): number[] {
  const found = [from];
  mask[from] = value;
  for (let next = 0; next < found.length; next++) {
    const at = found[next] as number;
    const x = at % width;
    for (const to of [
      x > 0 ? at - 1 : -1,
      x < width - 1 ? at + 1 : -1,
      at - width,
      at + width < width * height ? at + width : -1,
    ]) {
      if (to < 0 || mask[to] !== old || !wanted(to)) continue;
      mask[to] = value;
      found.push(to);
    }
  }
  return found;
}
