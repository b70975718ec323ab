import { expect, test } from "vitest";
import { areaOf, crossesItself, type Vertex } from "../../polygons";
import { boxOf, boxRing, type Element } from "../element";
import { countIn, fieldsOf, sideOf } from "../fields";
import { ElementHistory } from "../history";
import { areaIn, areaWords, lengthWords, measured } from "../measure";
import { element, packedOf } from "../packed.testing";
import { pending } from "../pending";
import { Shapes } from "../shapes";
import { TOOLS } from ".";
import type { Desk, Hand, Shown, SlideTool } from "./tool";

const SIZE = [4_000, 3_000] as const;

/** A desk on an empty slide at one screen pixel a pixel of the slide. */
function desk(shown: Shown | null = null) {
  const shapes = new Shapes(packedOf([]).packed, SIZE);
  const said: string[] = [];
  let chosen: string | null = null;
  const settings = {
    radius: 20,
    tolerance: 30,
    field_mm2: 0.25,
    columns: 2,
    rows: 1,
    subtract: false,
  };
  const change = (all: readonly Element[]) => {
    for (const one of all) {
      shapes.put({ ...one, revision: shapes.revision(one.element_id) + 1 });
    }
  };
  const found = {
    size: SIZE,
    mpp: 0.5,
    term: "tumour",
    settings,
    shapes,
    get chosen() {
      return chosen ? shapes.get(chosen) : null;
    },
    scale: () => 1,
    add: (kind, rings) => change([element({ kind, rings, revision: 0 })]),
    change,
    choose: (id) => {
      chosen = id;
    },
    refuse: (code) => said.push(code),
    pixels: () => shown,
  } satisfies Desk;
  return { desk: found, said, shapes, settings };
}

const named = (name: string) => TOOLS.find((one) => one.name === name) as SlideTool;
const click = (hand: Hand, ...places: Vertex[]) => {
  for (const place of places) hand.click?.({ place, alt: false });
};
const drag = (hand: Hand, alt: boolean, first: Vertex, ...rest: Vertex[]) => {
  hand.down?.({ place: first, alt });
  for (const place of rest) hand.move?.({ place, alt });
  hand.up?.({ place: rest.at(-1) ?? first, alt });
};

test("each tool has a key and a name of its own", () => {
  expect(new Set(TOOLS.map((one) => one.code)).size).toBe(TOOLS.length);
  expect(new Set(TOOLS.map((one) => one.name)).size).toBe(TOOLS.length);
  for (const one of TOOLS) expect(one.code).toBe(`Key${one.letter}`);
});

test("clicks make a polygon, a drag an outline; what crosses itself is refused", () => {
  const { desk: at, shapes, said } = desk();
  const polygon = named("polygon").hold(at);
  click(polygon, [10, 10], [110, 10], [110, 110], [10, 110]);
  polygon.finish?.();
  expect(areaIn(shapes.loose[0]?.rings ?? [])).toBe(10_000);
  click(polygon, [0, 0], [50, 50], [50, 0], [0, 50]);
  polygon.finish?.();
  const round = Array.from({ length: 90 }, (_, i): Vertex => {
    const turn = (2 * Math.PI * i) / 90;
    return [500 + 100 * Math.cos(turn), 500 + 100 * Math.sin(turn)];
  });
  drag(named("freehand").hold(at), false, round[0] as Vertex, ...round.slice(1));
  expect(areaIn(shapes.loose[1]?.rings ?? [])).toBeCloseTo(Math.PI * 100 ** 2, -3);
  expect(said).toEqual(["crosses"]);
});

test("the brush adds to the chosen region, takes away, makes holes and parts it", () => {
  const { desk: at, shapes, said } = desk();
  const brush = named("brush").hold(at);
  drag(brush, false, [100, 100], [300, 100]);
  const [first] = shapes.loose as [Element];
  const disc = 20 ** 2 * Math.PI;
  expect(areaIn(first.rings) / (200 * 40 + disc)).toBeCloseTo(1, 1);
  drag(brush, false, [200, 100], [200, 200]);
  expect(shapes.loose.map((one) => one.element_id)).toEqual([first.element_id]);
  expect(areaIn(shapes.loose[0]?.rings ?? [])).toBeGreaterThan(areaIn(first.rings) + 3_000);
  drag(brush, true, [250, 40], [250, 160]);
  expect(shapes.loose).toHaveLength(2);
  at.choose(null);
  at.settings.radius = 60;
  click(brush, [1_000, 1_000]);
  at.settings.radius = 20;
  brush.click?.({ place: [1_000, 1_000], alt: true });
  expect(at.chosen?.rings).toHaveLength(2);
  expect(areaIn(at.chosen?.rings ?? []) / (60 ** 2 * Math.PI - disc)).toBeCloseTo(1, 1);
  expect(at.chosen?.rings.some(crossesItself)).toBe(false);
  at.choose(null);
  brush.click?.({ place: [3_000, 2_000], alt: true });
  expect(said).toEqual(["nothing_here"]);
});

test("the wand takes what is coloured alike, with its holes", () => {
  const [width, height] = [60, 50];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 10; y < 40; y++) {
    for (let x = 10; x < 50; x++) {
      const hole = x >= 20 && x < 30 && y >= 20 && y < 30;
      const speck = x === 40 && y === 30;
      if (!hole && !speck) data.set([150, 80, 140, 255], 4 * (y * width + x));
    }
  }
  const shown: Shown = {
    data,
    width,
    height,
    toSlide: (x, y) => [100 + 2 * x, 200 + 2 * y],
    toShown: ([x, y]) => [(x - 100) / 2, (y - 200) / 2],
  };
  const { desk: at, shapes, said } = desk(shown);
  at.settings.tolerance = 90;
  click(named("wand").hold(at), [130, 230]);
  const [found] = shapes.loose as [Element];
  expect(found.rings).toHaveLength(2);
  expect(boxOf(found.rings)).toEqual([120, 220, 200, 280]);
  // A corner is half of what it was: its neighbours are mostly outside.
  expect(areaIn(found.rings) / (4 * (40 * 30 - 10 * 10))).toBeCloseTo(1, 1);
  expect(areaOf(found.rings[1] ?? [])).toBeCloseTo(400, -1);
  expect(said).toEqual([]);
});

test("boxes and rulers take a drag or two clicks, points one click each", () => {
  const { desk: at, shapes, said } = desk();
  drag(named("rectangle").hold(at), false, [50, 40], [20, 10]);
  click(named("ruler").hold(at), [0, 0], [300, 400]);
  click(named("point").hold(at), [700, 700], [701, 701], [800, 700]);
  drag(named("annotated").hold(at), false, [600, 600], [601, 601]);
  expect(shapes.loose.map((one) => one.kind)).toEqual(["rectangle", "ruler", "point", "point"]);
  expect(shapes.loose[0]?.rings[0]).toEqual(boxRing([20, 10], [50, 40]));
  expect(measured(shapes.loose[1] as Element, 0.5)).toEqual(["250.0 µm"]);
  expect(shapes.amount("tumour")).toBe(3);
  expect(said).toEqual(["too_few"]);
});

test("a counting grid holds whole fields, each with its count", () => {
  const { desk: at, shapes } = desk();
  click(named("fields").hold(at), [2_000, 1_500]);
  const [box] = shapes.loose as [Element];
  const side = sideOf(0.25, 0.5);
  expect(side).toBe(1_000);
  const bounds = boxOf(box.rings);
  const grid = fieldsOf(bounds, side);
  expect(grid).toEqual({ columns: 2, rows: 1, side });
  click(named("point").hold(at), [1_100, 1_100], [1_200, 1_200], [2_900, 1_900], [3_500, 100]);
  expect(
    countIn(shapes.points("tumour", bounds), bounds, grid as NonNullable<typeof grid>),
  ).toEqual([2, 1]);
});

test("a vertex, an edge and all of what is chosen are dragged", () => {
  const { desk: at, shapes } = desk();
  at.add("polygon", [boxRing([100, 100], [200, 200])]);
  const select = named("select").hold(at);
  click(select, [150, 150]);
  const ring = () => at.chosen?.rings[0] as Vertex[];
  drag(select, false, [100, 100], [80, 80]);
  expect([ring()[0], ring().at(-1)]).toEqual([
    [80, 80],
    [80, 80],
  ]);
  drag(select, false, [200, 150], [260, 150]);
  expect(ring()).toHaveLength(6);
  drag(select, false, [150, 150], [160, 170]);
  expect(boxOf([ring()])).toEqual([90, 100, 270, 220]);
  expect(select.takes?.({ place: [1_000, 1_000], alt: false })).toBe(false);
  expect(shapes.revision(at.chosen?.element_id ?? "")).toBe(4);
});

test("undo and redo lead back and forth, a new act forgets what was undone", () => {
  const history = new ElementHistory();
  const one = element({ rings: [[[1, 1]]] });
  const moved = { ...one, rings: [[[2, 2]] as [number, number][]] };
  history.push([{ id: one.element_id, before: null, after: one }]);
  history.push([{ id: one.element_id, before: one, after: moved }]);
  expect(history.undo()).toEqual([one]);
  expect(history.undo()).toEqual([{ ...one, deleted: true }]);
  expect(history.redo()).toEqual([one]);
  history.push([{ id: one.element_id, before: one, after: { ...one, deleted: true } }]);
  expect(history.redo()).toEqual([]);
  expect(history.undo()).toEqual([one]);
});

test("a crash copy goes on only where the server stands", () => {
  const one = element({ revision: 3 });
  const kept = [one, { ...one, revision: 4 }, element({ revision: 9 })];
  expect(pending.toReplay(kept, (id) => (id === one.element_id ? 2 : 0))).toEqual(kept.slice(0, 2));
  expect(pending.toReplay(kept, (id) => (id === one.element_id ? 3 : 0))).toEqual([kept[1]]);
});

test("measures are in the unit that fits, and in pixels without a scale", () => {
  expect(areaWords(40_000, 0.5)).toBe("0.010 mm²");
  expect(areaWords(400, 0.5)).toBe("100.0 µm²");
  expect(areaWords(400, null)).toBe("400 px²");
  expect(lengthWords(4_000, 0.5)).toBe("2.000 mm");
  expect(lengthWords(10, null)).toBe("10 px");
});
