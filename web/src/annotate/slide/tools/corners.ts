import type { Vertex } from "../../polygons";
import { boxRing, type Kind, type Ring } from "../element";
import { lengthOf, lengthWords } from "../measure";
import type { Desk, Hand } from "./tool";

/** Two places by one drag or by two clicks: corners of a box, ends of a ruler. */
export function twoPlaces(desk: Desk, kind: Kind): Hand {
  let from: Vertex | null = null;
  let pointer: Vertex | null = null;
  const ring = (a: Vertex, b: Vertex): Ring =>
    kind === "ruler" ? [[...a], [...b]] : boxRing(a, b);
  const end = (place: Vertex) => {
    const start = from;
    from = null;
    if (!start) return;
    const [wide, high] = [Math.abs(place[0] - start[0]), Math.abs(place[1] - start[1])];
    const least = 3 / desk.scale();
    const small = kind === "ruler" ? Math.hypot(wide, high) < least : Math.min(wide, high) < least;
    if (small) desk.refuse("too_few");
    else desk.add(kind, [ring(start, place)]);
  };
  return {
    takes: () => true,
    down: ({ place }) => {
      from = place;
      pointer = place;
    },
    move: ({ place }) => {
      pointer = place;
    },
    up: ({ place }) => end(place),
    click: ({ place }) => {
      if (from) end(place);
      else from = place;
      pointer = place;
    },
    hover: (place) => {
      pointer = place;
    },
    cancel: () => {
      from = null;
    },
    sketch: () => {
      if (!from || !pointer) return null;
      const now = ring(from, pointer);
      const words = kind === "ruler" ? { words: lengthWords(lengthOf(now), desk.mpp) } : {};
      return { kind, rings: [now], dots: [from], ...words };
    },
  };
}
