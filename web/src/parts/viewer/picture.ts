import { type Fused, paintFused } from "./fused";
import { type Layer, paintGrey, paintLabels, type Rect, union, wholePlane } from "./paint";
import { type Plane, planeOf, type VoxelStore } from "./volume";
import { greyTable, storedWindow, type Window } from "./window";

/** What a picture shows. */
export interface View {
  store: VoxelStore;
  plane: Plane;
  index: number;
  window: Window;
  inverted?: boolean | undefined;
  layers: readonly Layer[];
  /** A second volume over the first. */
  fused?: Fused | undefined;
  /** A part of the plane to be outlined. */
  outline?: Rect | null;
}

const OUTLINE = "#ffe066";
const OUTLINE_PX = 2.5;

/** Paint one plane on a canvas, once per frame of the screen and only where it changed. */
export class Picture {
  private view: View | null = null;
  private dirty: Rect | null = null;
  private frame = 0;
  private image: ImageData | null = null;
  private grey: Uint32Array = new Uint32Array(0);
  private greyOf = "";

  constructor(private readonly canvas: HTMLCanvasElement) {}

  show(view: View): void {
    this.view = view;
    this.redraw(null);
  }

  /** Ask for a part to be painted again with the next frame; null is the whole plane. */
  redraw(part: Rect | null): void {
    if (!this.view) return;
    const { header } = this.view.store;
    this.dirty = union(this.dirty, part ?? wholePlane(header, this.view.plane));
    this.frame ||= requestAnimationFrame(() => this.paint());
  }

  end(): void {
    cancelAnimationFrame(this.frame);
  }

  private paint(): void {
    this.frame = 0;
    const { view, dirty } = this;
    this.dirty = null;
    const context = this.canvas.getContext("2d");
    if (!view || !dirty || !context) return;
    const { store, plane, index, layers } = view;
    const { width, height } = planeOf(store.header, plane);
    if (this.image?.width !== width || this.image.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.image = context.createImageData(width, height);
    }
    const part = {
      left: Math.max(0, dirty.left),
      top: Math.max(0, dirty.top),
      right: Math.min(width, dirty.right),
      bottom: Math.min(height, dirty.bottom),
    };
    if (part.right <= part.left || part.bottom <= part.top) return;
    const pixels = new Uint32Array(this.image.data.buffer);
    paintGrey(pixels, store, plane, index, this.table(view), part);
    if (view.fused) paintFused(pixels, store.header, plane, index, view.fused, part);
    for (const layer of layers) paintLabels(pixels, layer, store.header, plane, index, part);
    const { left, top, right, bottom } = part;
    context.putImageData(this.image, 0, 0, left, top, right - left, bottom - top);
    if (view.outline) this.frameOf(context, view.outline);
  }

  private frameOf(context: CanvasRenderingContext2D, { left, top, right, bottom }: Rect): void {
    // The line is as thick on the screen whatever the size of the slice.
    const line = Math.max(1, (OUTLINE_PX * this.canvas.width) / (this.canvas.clientWidth || 1));
    context.strokeStyle = OUTLINE;
    context.lineWidth = line;
    // Inside of the picture, also where the box is the whole slice.
    const [x, y] = [Math.max(left, line / 2), Math.max(top, line / 2)];
    const wide = Math.min(right, this.canvas.width - line / 2) - x;
    const high = Math.min(bottom, this.canvas.height - line / 2) - y;
    context.strokeRect(x, y, Math.max(line, wide), Math.max(line, high));
  }

  private table({ store, window, inverted }: View): Uint32Array {
    const { slope, intercept } = store.header;
    // A series whose low values are bright is turned once more by the reader's own wish.
    const turned = Boolean(store.header.inverted) !== Boolean(inverted);
    const key = `${window.centre}/${window.width}/${slope}/${intercept}/${turned}`;
    if (key !== this.greyOf) {
      this.grey = greyTable(storedWindow(window, slope, intercept), turned);
      this.greyOf = key;
    }
    return this.grey;
  }
}
