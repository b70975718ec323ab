import type { MultiPolygon } from "polygon-clipping";
import type { Vertex } from "../../polygons";
import { joined } from "../clip";
import { type Element, encloses, newId } from "../element";
import type { Desk } from "./tool";

/** The region of the chosen class that a stroke from here belongs to: the chosen one first. */
export function regionAt(desk: Desk, place: Vertex): Element | null {
  const { chosen, term, shapes } = desk;
  if (chosen && encloses(chosen.kind) && chosen.key === term) return chosen;
  const found = shapes.hit(place, 0, encloses);
  return found?.key === term ? found : null;
}

/** Add to a region or take away from it; what falls apart becomes elements of their own. */
export function join(
  desk: Desk,
  target: Element | null,
  drawn: MultiPolygon,
  subtract: boolean,
): void {
  if (subtract && !target) {
    desk.refuse("nothing_here");
    return;
  }
  const least = (2 / desk.scale()) ** 2;
  const how = subtract ? "difference" : "union";
  const found = joined(target?.rings ?? [], drawn, how, desk.size, least);
  if (found === "crosses") {
    desk.refuse("crosses");
    return;
  }
  const [first, ...rest] = found.polygons;
  const pieces = target ? rest : found.polygons;
  const fresh = { kind: "polygon", key: desk.term, parent: null, deleted: false } as const;
  const others = pieces.map((rings) => ({ ...fresh, element_id: newId(), revision: 0, rings }));
  if (target) {
    const kept = first ? { rings: first, kind: "polygon" as const } : { deleted: true };
    desk.change([{ ...target, ...kept }, ...others]);
  } else if (others[0]) {
    desk.change(others);
    desk.choose(others[0].element_id);
  } else desk.refuse("too_few");
}
