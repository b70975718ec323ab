import type OpenSeadragon from "openseadragon";
import type { Vertex } from "./polygons";

type OnScreen = (vertex: Vertex) => OpenSeadragon.Point;

/** An empty canvas in the pixels of the screen. */
export function cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const context = canvas.getContext("2d");
  context?.scale(ratio, ratio);
  return context;
}

/** Where a pixel of the slide lies on the screen. */
function places(viewer: OpenSeadragon.Viewer): OnScreen {
  return ([x, y]) =>
    viewer.viewport.viewportToViewerElementCoordinates(
      viewer.viewport.imageToViewportCoordinates(x, y),
    );
}

function traced(context: CanvasRenderingContext2D, ring: readonly Vertex[], onScreen: OnScreen) {
  ring.forEach((vertex, at) => {
    const { x, y } = onScreen(vertex);
    if (at) context.lineTo(x, y);
    else context.moveTo(x, y);
  });
}

/** One reading of a slide: its polygons, and the line that tells it from the other. */
export interface Reading {
  outlines: readonly { key: string; rings: Vertex[][] }[];
  colour: string;
  dash: number[];
}

/** Draw two readings over the slide: each its own colour and line, what is disputed filled. */
export function drawReadings(
  canvas: HTMLCanvasElement,
  viewer: OpenSeadragon.Viewer,
  readings: readonly Reading[],
  disputed: string | null,
): void {
  const context = cleared(canvas);
  if (!context) return;
  const onScreen = places(viewer);
  for (const { outlines, colour, dash } of readings) {
    for (const { key, rings } of outlines) {
      context.beginPath();
      for (const ring of rings) traced(context, ring, onScreen);
      if (key === disputed) {
        context.fillStyle = `${colour}33`;
        context.fill("evenodd");
      }
      context.setLineDash([]);
      context.lineWidth = 5;
      context.strokeStyle = "#000000aa";
      context.stroke();
      context.setLineDash(dash);
      context.lineWidth = key === disputed ? 3 : 2;
      context.strokeStyle = colour;
      context.stroke();
    }
  }
  context.setLineDash([]);
}
