import type { Vertex } from "../polygons";
import { kindAt } from "./arrays";
import type { Element, Kind } from "./element";
import { CELL } from "./grid";
import { Raster } from "./raster";
import type { Shapes } from "./shapes";

/** What part of the slide is on the screen: screen px = (slide px − left/top) · scale. */
export interface View {
  left: number;
  top: number;
  scale: number;
  width: number;
  height: number;
}

export type Colours = (key: string) => string;

/** Under this many screen px a cell shows how much lies in it, under that one an element is a box. */
const CELL_PX = 24;
const BOX_PX = 8;
/** So many shapes at once have outlines only. */
const MOST_FILLED = 1_500;
const MOST_ROUND = 3_000;
const HALO = "#000000aa";
const DOT_PX = 5;
const RASTER = new Raster();

interface Found {
  paths: number[];
  boxes: number[];
  points: number[];
  lines: number[];
}

/** Draw what lies in view: small cells as density, small elements as boxes, the rest as shapes. */
export function paintShapes(
  context: CanvasRenderingContext2D,
  view: View,
  shapes: Shapes,
  colours: Colours,
): void {
  const { packed } = shapes;
  const found = packed.keys.map((): Found => ({ paths: [], boxes: [], points: [], lines: [] }));
  const sort = (at: number) => {
    const kind = kindAt(packed, at);
    const its = found[packed.key[at] as number] as Found;
    if (kind === "point") its.points.push(at);
    else if (kind === "ruler" || kind === "annotated") its.lines.push(at);
    else if (shapes.grid.side(at) * view.scale < BOX_PX) its.boxes.push(at);
    else its.paths.push(at);
  };
  if (CELL * view.scale < CELL_PX) {
    paintDensity(context, view, shapes, colours);
    for (const at of shapes.grid.coarse) {
      if (shapes.grid.side(at) * view.scale < BOX_PX) break;
      if (!shapes.gone[at] && seen(shapes, at, view)) sort(at);
    }
  } else {
    const right = view.left + view.width / view.scale;
    const bottom = view.top + view.height / view.scale;
    shapes.eachIn([view.left, view.top, right, bottom], sort);
  }
  const shown = found.reduce((sum, its) => sum + its.paths.length, 0);
  if (found.some((its) => its.boxes.length > 0)) {
    const ratio = context.getTransform().a;
    RASTER.clear(view.width * ratio, view.height * ratio);
    const fine = { ...view, scale: view.scale * ratio };
    packed.keys.forEach((key, number) => {
      RASTER.boxes(fine, shapes, found[number]?.boxes ?? [], colours(key));
    });
    RASTER.show(context, view.width, view.height);
  }
  packed.keys.forEach((key, number) => {
    const its = found[number] as Found;
    const colour = colours(key);
    if (shown <= MOST_FILLED) for (const at of its.paths) fill(context, view, shapes, at, colour);
    stroke(context, colour, its.paths.length, () => {
      for (const at of its.paths) trace(context, view, shapes, at);
    });
    stroke(context, colour, its.lines.length, () => {
      for (const at of its.lines) trace(context, view, shapes, at);
    });
    paintPoints(context, view, shapes, its.points, colour);
  });
}

function seen({ grid: { boxes } }: Shapes, at: number, view: View): boolean {
  return (
    (boxes[4 * at] as number) < view.left + view.width / view.scale &&
    (boxes[4 * at + 2] as number) > view.left &&
    (boxes[4 * at + 1] as number) < view.top + view.height / view.scale &&
    (boxes[4 * at + 3] as number) > view.top
  );
}

function paintDensity(
  context: CanvasRenderingContext2D,
  view: View,
  shapes: Shapes,
  colours: Colours,
): void {
  const { grid, packed } = shapes;
  const keys = packed.keys.length;
  const side = CELL * view.scale;
  for (let cell = 0; cell < grid.across * grid.down; cell++) {
    let most = 0;
    let total = 0;
    for (let key = 0; key < keys; key++) {
      const count = grid.density[cell * keys + key] as number;
      total += count;
      if (count > (grid.density[cell * keys + most] as number)) most = key;
    }
    if (!total) continue;
    context.globalAlpha = 0.15 + 0.6 * Math.sqrt(total / grid.crowded);
    context.fillStyle = colours(packed.keys[most] as string);
    const x = ((cell % grid.across) * CELL - view.left) * view.scale;
    const y = (Math.floor(cell / grid.across) * CELL - view.top) * view.scale;
    context.fillRect(x, y, side, side);
  }
  context.globalAlpha = 1;
}

function trace(context: CanvasRenderingContext2D, view: View, shapes: Shapes, at: number): void {
  const { firstRing, firstVertex, xy } = shapes.packed;
  const end = firstRing[at + 1] as number;
  for (let ring = firstRing[at] as number; ring < end; ring++) {
    const last = (firstVertex[ring + 1] as number) - 1;
    let [px, py] = [Infinity, Infinity];
    for (let i = firstVertex[ring] as number; i <= last; i++) {
      const x = ((xy[2 * i] as number) - view.left) * view.scale;
      const y = ((xy[2 * i + 1] as number) - view.top) * view.scale;
      if (px === Infinity) context.moveTo(x, y);
      // Vertices within a pixel of the one before are not seen, but the last closes the ring.
      else if (i < last && Math.abs(x - px) < 1 && Math.abs(y - py) < 1) continue;
      else context.lineTo(x, y);
      px = x;
      py = y;
    }
  }
}

function fill(
  context: CanvasRenderingContext2D,
  view: View,
  shapes: Shapes,
  at: number,
  colour: string,
): void {
  context.beginPath();
  trace(context, view, shapes, at);
  context.fillStyle = `${colour}33`;
  context.fill("evenodd");
}

/** A dark line under a coloured one, so that it shows on light and on dark tissue. */
function stroke(
  context: CanvasRenderingContext2D,
  colour: string,
  count: number,
  traced: () => void,
): void {
  if (!count) return;
  context.beginPath();
  traced();
  if (count <= MOST_FILLED) {
    context.lineWidth = 4;
    context.strokeStyle = HALO;
    context.stroke();
  }
  context.lineWidth = count <= MOST_FILLED ? 2 : 1;
  context.strokeStyle = colour;
  context.stroke();
}

function paintPoints(
  context: CanvasRenderingContext2D,
  view: View,
  { grid: { boxes } }: Shapes,
  which: readonly number[],
  colour: string,
): void {
  for (const at of which) {
    const x = ((boxes[4 * at] as number) - view.left) * view.scale;
    const y = ((boxes[4 * at + 1] as number) - view.top) * view.scale;
    if (which.length <= MOST_ROUND) dot(context, x, y, colour);
    else {
      context.fillStyle = colour;
      context.fillRect(x - 2, y - 2, 4, 4);
    }
  }
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.beginPath();
  context.arc(x, y, DOT_PX, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = "#ffffff";
  context.stroke();
}

const DASH: Partial<Record<Kind, number[]>> = { annotated: [8, 5] };

/** Draw one element by itself: what was drawn here, what is chosen, what a tool is about to make. */
export function paintElement(
  context: CanvasRenderingContext2D,
  view: View,
  { kind, rings }: Pick<Element, "kind" | "rings">,
  colour: string,
  chosen = false,
): void {
  const onScreen = ([x, y]: Vertex): Vertex => [
    (x - view.left) * view.scale,
    (y - view.top) * view.scale,
  ];
  if (kind === "point") {
    const [x, y] = onScreen(rings[0]?.[0] ?? [0, 0]);
    dot(context, x, y, colour);
    if (chosen) ringAround(context, x, y);
    return;
  }
  context.beginPath();
  for (const ring of rings) {
    ring.forEach((vertex, at) => {
      const [x, y] = onScreen(vertex);
      if (at) context.lineTo(x, y);
      else context.moveTo(x, y);
    });
  }
  if (kind === "polygon" || kind === "rectangle") {
    context.fillStyle = `${colour}${chosen ? "66" : "33"}`;
    context.fill("evenodd");
  }
  context.setLineDash([]);
  context.lineWidth = chosen ? 6 : 4;
  context.strokeStyle = HALO;
  context.stroke();
  context.setLineDash(DASH[kind] ?? []);
  context.lineWidth = chosen ? 3.5 : 2;
  context.strokeStyle = colour;
  context.stroke();
  context.setLineDash([]);
}

function ringAround(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.arc(x, y, DOT_PX + 4, 0, 2 * Math.PI);
  context.lineWidth = 2.5;
  context.strokeStyle = "#ffe066";
  context.stroke();
}
