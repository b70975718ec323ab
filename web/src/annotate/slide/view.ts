import type OpenSeadragon from "openseadragon";
import type { Vertex } from "../polygons";
import type { View } from "./paint";
import type { Shown } from "./tools/tool";

/** What part of the slide a viewer shows; it never turns nor mirrors it. */
export function viewOf(viewer: OpenSeadragon.Viewer): View {
  const { x, y, width } = viewer.viewport.viewportToImageRectangle(viewer.viewport.getBounds(true));
  const screen = viewer.viewport.getContainerSize();
  return { left: x, top: y, scale: screen.x / width, width: screen.x, height: screen.y };
}

/** Where a pointer of the page lies on the slide. */
export function placeOf(viewer: OpenSeadragon.Viewer, event: PointerEvent): Vertex {
  const box = viewer.element.getBoundingClientRect();
  const view = viewOf(viewer);
  return [
    view.left + (event.clientX - box.left) / view.scale,
    view.top + (event.clientY - box.top) / view.scale,
  ];
}

/** The pixels that the viewer shows around a place, as far as they are on the screen. */
export function shownAround(
  viewer: OpenSeadragon.Viewer,
  [x, y]: Vertex,
  radius: number,
): Shown | null {
  const canvas = viewer.drawer.canvas as HTMLCanvasElement;
  const view = viewOf(viewer);
  // Tiles are drawn in the pixels of the screen's own density.
  const scale = (view.scale * canvas.width) / view.width;
  const [atX, atY] = [(x - view.left) * scale, (y - view.top) * scale];
  const left = Math.max(0, Math.floor(atX - radius));
  const top = Math.max(0, Math.floor(atY - radius));
  const right = Math.min(canvas.width, Math.ceil(atX + radius));
  const bottom = Math.min(canvas.height, Math.ceil(atY + radius));
  const context = canvas.getContext("2d");
  if (!context || right <= left || bottom <= top) return null;
  const { data, width, height } = context.getImageData(left, top, right - left, bottom - top);
  return {
    data,
    width,
    height,
    toSlide: (a, b) => [view.left + (left + a) / scale, view.top + (top + b) / scale],
    toShown: ([a, b]) => [(a - view.left) * scale - left, (b - view.top) * scale - top],
  };
}
