import type OpenSeadragon from "openseadragon";
import type { Vertex } from "./polygons";
import type { Element, Vocabulary } from "./types";

export interface Sketch {
  places: Vertex[];
  pointer: Vertex | null;
}

type OnScreen = (vertex: Vertex) => OpenSeadragon.Point;

/** An empty canvas in the pixels of the screen. */
function cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
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

/** Draw the polygons over the slide: colour inside, a dark and a light line around. */
export function drawOutlines(
  canvas: HTMLCanvasElement,
  viewer: OpenSeadragon.Viewer,
  elements: readonly Element[],
  words: Vocabulary,
  chosen: string | null,
  sketch: Sketch & { key: string },
): void {
  const context = cleared(canvas);
  if (!context) return;
  const colours = new Map(words.terms.map((term) => [term.key, term.colour]));
  const onScreen = places(viewer);
  const trace = (ring: readonly Vertex[]) => traced(context, ring, onScreen);
  for (const element of elements) {
    const colour = colours.get(element.key) ?? "#ffffff";
    context.beginPath();
    for (const ring of element.rings) trace(ring);
    context.fillStyle = `${colour}${element.element_id === chosen ? "66" : "33"}`;
    context.fill("evenodd");
    context.lineWidth = element.element_id === chosen ? 6 : 4;
    context.strokeStyle = "#000000aa";
    context.stroke();
    context.lineWidth = element.element_id === chosen ? 3.5 : 2;
    context.strokeStyle = colour;
    context.stroke();
  }
  drawSketch(context, sketch, colours.get(sketch.key) ?? "#ffffff", trace, onScreen);
}

function drawSketch(
  context: CanvasRenderingContext2D,
  { places, pointer }: Sketch,
  colour: string,
  trace: (ring: readonly Vertex[]) => void,
  onScreen: (vertex: Vertex) => OpenSeadragon.Point,
): void {
  if (!places.length) return;
  context.beginPath();
  trace(pointer ? [...places, pointer] : places);
  context.lineWidth = 4;
  context.strokeStyle = "#000000aa";
  context.stroke();
  context.lineWidth = 2;
  context.setLineDash([6, 4]);
  context.strokeStyle = colour;
  context.stroke();
  context.setLineDash([]);
  for (const place of places) {
    const { x, y } = onScreen(place);
    context.beginPath();
    context.arc(x, y, 4, 0, 2 * Math.PI);
    context.fillStyle = "#ffffff";
    context.fill();
    context.strokeStyle = "#000000";
    context.lineWidth = 1;
    context.stroke();
  }
}
