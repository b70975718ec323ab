import OpenSeadragon from "openseadragon";
import type { Vertex } from "./polygons";
import type { Element, Vocabulary } from "./types";

export interface Sketch {
  places: Vertex[];
  pointer: Vertex | null;
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
  const { clientWidth, clientHeight } = canvas;
  const ratio = devicePixelRatio || 1;
  canvas.width = clientWidth * ratio;
  canvas.height = clientHeight * ratio;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(ratio, ratio);
  const colours = new Map(words.terms.map((term) => [term.key, term.colour]));
  const onScreen = ([x, y]: Vertex) =>
    viewer.viewport.imageToViewerElementCoordinates(new OpenSeadragon.Point(x, y));
  const trace = (ring: readonly Vertex[]) => {
    ring.forEach((vertex, at) => {
      const { x, y } = onScreen(vertex);
      if (at) context.lineTo(x, y);
      else context.moveTo(x, y);
    });
  };
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
