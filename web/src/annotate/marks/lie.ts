import { indexAt, mmOf } from "../../parts/viewer/space";
import type { Plane, VolumeHeader } from "../../parts/viewer/volume";
import type { Lie } from "./tools/tool";
import { length, step } from "./vector";

/** The unit steps in mm along a row and down a column of a plane as it is shown. */
export function lieOf(header: VolumeHeader, plane: Plane): Lie {
  const at = (column: number, row: number) => mmOf(header, indexAt(header, plane, 0, column, row));
  const unit = (column: number, row: number) => {
    const way = step(at(0, 0), at(column, row));
    const size = length(way) || 1;
    return [way[0] / size, way[1] / size, way[2] / size] as const;
  };
  return { across: unit(1, 0), down: unit(0, 1) };
}
