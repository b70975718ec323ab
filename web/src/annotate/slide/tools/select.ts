import { IconPointer } from "@tabler/icons-react";
import { crossesItself, type Vertex } from "../../polygons";
import { type Element, type Ring, settled } from "../element";
import { apart } from "../shapes";
import type { Desk, SlideTool } from "./tool";

const HANDLE_PX = 8;

type Grip = { what: "vertex" | "edge"; ring: number; at: number } | { what: "whole" };

/** What of an element lies under a place: a vertex, an edge that gets a new vertex, or all of it. */
export function gripAt(desk: Desk, element: Element, place: Vertex): Grip | null {
  const near = HANDLE_PX / desk.scale();
  const boxed = element.kind === "rectangle" || element.kind === "annotated";
  if (!boxed && element.kind !== "point") {
    for (const what of ["vertex", "edge"] as const) {
      for (const [ring, places] of element.rings.entries()) {
        const at = places.findIndex((vertex, i) =>
          what === "vertex"
            ? apart(vertex, vertex, place) <= near
            : element.kind !== "ruler" &&
              i > 0 &&
              apart(places[i - 1] as Vertex, vertex, place) <= near / 2,
        );
        if (at >= 0) return { what, ring, at };
      }
    }
  }
  const whole = desk.shapes.hit(place, near)?.element_id === element.element_id;
  return whole ? { what: "whole" } : null;
}

/** The rings of an element whose grip was moved; a closed ring stays closed. */
export function moved(element: Element, grip: Grip, from: Vertex, to: Vertex, size: Vertex) {
  if (grip.what === "whole") {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    return element.rings.map((ring) => ring.map(([x, y]) => settled([x + dx, y + dy], size)));
  }
  return element.rings.map((ring, number): Ring => {
    if (number !== grip.ring) return ring;
    const place = settled(to, size);
    if (grip.what === "edge") return [...ring.slice(0, grip.at), place, ...ring.slice(grip.at)];
    const last = ring.length - 1;
    const closed = element.kind !== "ruler" && (grip.at === 0 || grip.at === last);
    return ring.map((vertex, at) =>
      at === grip.at || (closed && (at === 0 || at === last)) ? place : vertex,
    );
  });
}

/** Choose with a click; drag a vertex, an edge or all of what is chosen. */
export const select: SlideTool = {
  name: "select",
  code: "KeyV",
  letter: "V",
  icon: IconPointer,
  settings: [],
  hold: (desk) => {
    let held: { element: Element; grip: Grip; from: Vertex; to: Vertex } | null = null;
    const grip = (place: Vertex) => desk.chosen && gripAt(desk, desk.chosen, place);
    return {
      takes: ({ place }) => grip(place) !== null,
      down: ({ place }) => {
        const found = grip(place);
        if (desk.chosen && found) {
          held = { element: desk.chosen, grip: found, from: place, to: place };
        }
      },
      move: ({ place }) => {
        if (held) held.to = place;
      },
      up: ({ place }) => {
        if (!held) return;
        const { element, from } = held;
        const rings = moved(element, held.grip, from, place, desk.size);
        held = null;
        if (element.kind === "polygon" && rings.some(crossesItself)) return desk.refuse("crosses");
        desk.change([{ ...element, rings }]);
      },
      click: ({ place }) => {
        desk.choose(desk.shapes.hit(place, HANDLE_PX / desk.scale())?.element_id ?? null);
      },
      cancel: () => {
        if (held) held = null;
        else desk.choose(null);
      },
      sketch: () => {
        const { chosen } = desk;
        if (held) {
          const { element, from, to } = held;
          return { kind: element.kind, rings: moved(element, held.grip, from, to, desk.size) };
        }
        const turned = chosen?.kind === "polygon" || chosen?.kind === "ruler";
        return turned && chosen ? { rings: [], dots: chosen.rings.flat() } : null;
      },
    };
  },
};
