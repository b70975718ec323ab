import type OpenSeadragon from "openseadragon";
import { cleared } from "../overlay";
import type { Vertex } from "../polygons";
import { boxOf, type Element } from "./element";
import { fieldsOf } from "./fields";
import { type Colours, paintElement, paintShapes, type View } from "./paint";
import type { Shapes } from "./shapes";
import type { Sketch } from "./tools/tool";
import { viewOf } from "./view";

export interface Scene {
  shapes: Shapes;
  colours: Colours;
  chosen: Element | null;
  /** Side of a field of view in pixels of the slide; 0 where the slide has no scale. */
  field: number;
  sketch: Sketch | null;
  colour: string;
}

/** Draw a slide's elements over it, and what is under way. */
export function paintDesk(
  canvas: HTMLCanvasElement,
  viewer: OpenSeadragon.Viewer,
  scene: Scene,
): void {
  const context = cleared(canvas);
  if (!context) return;
  const view = viewOf(viewer);
  paintShapes(context, view, scene.shapes, scene.colours);
  for (const one of scene.shapes.loose) {
    if (one === scene.chosen) continue;
    paintElement(context, view, one, scene.colours(one.key));
    paintFields(context, view, one, scene.field);
  }
  const { chosen } = scene;
  if (chosen) {
    paintElement(context, view, chosen, scene.colours(chosen.key), true);
    paintFields(context, view, chosen, scene.field);
  }
  if (scene.sketch) paintSketch(context, view, scene.sketch, scene.colour);
  sparing(context, canvas, viewer);
}

/** The little map lies under the canvas: what is drawn leaves it free. */
function sparing(
  context: CanvasRenderingContext2D,
  canvas: HTMLCanvasElement,
  viewer: OpenSeadragon.Viewer,
): void {
  const map = viewer.navigator?.element.getBoundingClientRect();
  const own = canvas.getBoundingClientRect();
  if (map) context.clearRect(map.left - own.left, map.top - own.top, map.width, map.height);
}

/** The lines between the fields of a counting grid. */
function paintFields(
  context: CanvasRenderingContext2D,
  view: View,
  { kind, rings }: Element,
  side: number,
): void {
  if (kind !== "annotated" || !side || side * view.scale < 6) return;
  const box = boxOf(rings);
  const grid = fieldsOf(box, side);
  if (!grid) return;
  context.beginPath();
  for (let column = 1; column < grid.columns; column++) {
    const x = (box[0] + column * side - view.left) * view.scale;
    context.moveTo(x, (box[1] - view.top) * view.scale);
    context.lineTo(x, (box[3] - view.top) * view.scale);
  }
  for (let row = 1; row < grid.rows; row++) {
    const y = (box[1] + row * side - view.top) * view.scale;
    context.moveTo((box[0] - view.left) * view.scale, y);
    context.lineTo((box[2] - view.left) * view.scale, y);
  }
  context.lineWidth = 3;
  context.strokeStyle = "#00000066";
  context.stroke();
  context.lineWidth = 1;
  context.strokeStyle = "#ffffff";
  context.stroke();
}

function paintSketch(
  context: CanvasRenderingContext2D,
  view: View,
  { kind, rings, dots = [], disc, words }: Sketch,
  colour: string,
): void {
  const onScreen = ([x, y]: Vertex): Vertex => [
    (x - view.left) * view.scale,
    (y - view.top) * view.scale,
  ];
  if (disc && rings[0]) paintTrail(context, rings[0].map(onScreen), disc.radius, colour);
  else if (kind && rings.length) {
    const copied = rings.map((ring) => ring.map(([x, y]): [number, number] => [x, y]));
    paintElement(context, view, { kind, rings: copied }, colour);
  } else for (const ring of rings) paintLine(context, ring.map(onScreen), colour);
  for (const [x, y] of dots.map(onScreen)) {
    context.beginPath();
    context.arc(x, y, 4, 0, 2 * Math.PI);
    context.fillStyle = "#ffffff";
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = "#000000";
    context.stroke();
  }
  if (disc) paintDisc(context, onScreen(disc.at), disc.radius);
  const last = rings[0]?.at(-1);
  if (words && last) paintWords(context, onScreen(last), words);
}

function paintLine(context: CanvasRenderingContext2D, line: Vertex[], colour: string): void {
  context.beginPath();
  line.forEach(([x, y], at) => {
    if (at) context.lineTo(x, y);
    else context.moveTo(x, y);
  });
  context.lineWidth = 4;
  context.strokeStyle = "#000000aa";
  context.stroke();
  context.lineWidth = 2;
  context.setLineDash([6, 4]);
  context.strokeStyle = colour;
  context.stroke();
  context.setLineDash([]);
}

/** The ground under a brush: one wide line with round ends. */
function paintTrail(
  context: CanvasRenderingContext2D,
  line: Vertex[],
  radius: number,
  colour: string,
): void {
  const [first] = line;
  if (!first) return;
  context.beginPath();
  context.moveTo(first[0], first[1]);
  for (const [x, y] of line) context.lineTo(x, y);
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = 2 * radius;
  context.strokeStyle = `${colour}66`;
  context.stroke();
  context.lineCap = "butt";
  context.lineJoin = "miter";
}

function paintDisc(context: CanvasRenderingContext2D, [x, y]: Vertex, radius: number): void {
  for (const [width, style] of [
    [3, "#000000"],
    [1.5, "#ffffff"],
  ] as const) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  }
}

function paintWords(context: CanvasRenderingContext2D, [x, y]: Vertex, words: string): void {
  context.font = "600 13px system-ui, sans-serif";
  const wide = context.measureText(words).width;
  context.fillStyle = "#000000cc";
  context.fillRect(x + 10, y - 22, wide + 12, 20);
  context.fillStyle = "#ffffff";
  context.fillText(words, x + 16, y - 8);
}
