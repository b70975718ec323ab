import type { View } from "./paint";
import type { Shapes } from "./shapes";

/** A layer of plain pixels for boxes too small and too many for a path each. */
export class Raster {
  private readonly canvas = document.createElement("canvas");
  private image: ImageData | null = null;
  private pixels = new Uint32Array(0);

  /** Begin a frame in the pixels of the screen. */
  clear(width: number, height: number): void {
    const [wide, high] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
    if (this.image?.width !== wide || this.image.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
      this.image = new ImageData(wide, high);
      this.pixels = new Uint32Array(this.image.data.buffer);
    } else this.pixels.fill(0);
  }

  boxes(view: View, { grid: { boxes } }: Shapes, which: readonly number[], colour: string): void {
    const wide = this.image?.width ?? 0;
    const high = this.image?.height ?? 0;
    const value = pixelOf(colour);
    for (const at of which) {
      const x = ((boxes[4 * at] as number) - view.left) * view.scale;
      const y = ((boxes[4 * at + 1] as number) - view.top) * view.scale;
      const right = ((boxes[4 * at + 2] as number) - view.left) * view.scale;
      const bottom = ((boxes[4 * at + 3] as number) - view.top) * view.scale;
      const left = Math.max(0, Math.round(x));
      const end = Math.min(wide, Math.max(left + 1, Math.round(right)));
      const last = Math.min(high, Math.max(Math.round(y) + 1, Math.round(bottom)));
      if (end <= left) continue;
      for (let row = Math.max(0, Math.round(y)); row < last; row++) {
        this.pixels.fill(value, row * wide + left, row * wide + end);
      }
    }
  }

  /** Lay the pixels over what is drawn. */
  show(context: CanvasRenderingContext2D, width: number, height: number): void {
    if (!this.image) return;
    this.canvas.getContext("2d")?.putImageData(this.image, 0, 0);
    context.drawImage(this.canvas, 0, 0, width, height);
  }
}

/** `#rrggbb` as one pixel of little-endian RGBA, the tissue shining through. */
export function pixelOf(colour: string): number {
  const value = Number.parseInt(colour.slice(1), 16);
  const swapped = ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
  return (swapped | 0xb3000000) >>> 0;
}
