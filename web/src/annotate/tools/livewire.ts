import { IconMagnet } from "@tabler/icons-react";
import { planeOf, type VoxelStore, voxelAt } from "../../parts/viewer/volume";
import { outlining } from "./inside";
import type { Point, Spot, Tool } from "./tool";
import { costs, waysFrom, wayTo } from "./wire";

// Ways are sought this many pixels around the last click; beyond it the wire runs straight.
const AROUND = 96;

/** Return the way along edges from one place to any other on its plane. */
export function wireFrom(store: VoxelStore, { plane, index, column, row }: Spot) {
  const { header, voxels } = store;
  const size = planeOf(header, plane);
  const [x, y] = [clamp(column, size.width), clamp(row, size.height)];
  const [left, top] = [Math.max(0, x - AROUND), Math.max(0, y - AROUND)];
  const width = Math.min(size.width, x + AROUND + 1) - left;
  const height = Math.min(size.height, y + AROUND + 1) - top;
  const values = Float32Array.from({ length: width * height }, (_, at) => {
    const [right, down] = [left + (at % width), top + Math.floor(at / width)];
    return voxels[voxelAt(header, plane, index, right, down)] ?? 0;
  });
  const cost = costs({ values, width, height });
  const before = waysFrom(cost, width, height, (y - top) * width + (x - left));
  return (to: Point): Point[] => {
    const [column, row] = [clamp(to.column - left, width), clamp(to.row - top, height)];
    const way = wayTo(before, row * width + column).map((at) => ({
      column: left + (at % width),
      row: top + Math.floor(at / width),
    }));
    return [...way, { column: to.column, row: to.row }];
  };
}

function clamp(place: number, size: number): number {
  return Math.min(size - 1, Math.max(0, Math.round(place)));
}

export const livewire: Tool = {
  name: "livewire",
  code: "KeyT",
  Icon: IconMagnet,
  settings: ["subtract", "range"],
  ring: false,
  begin: (ground, first) => {
    const { plane, index } = first;
    const { stroke, fill } = outlining(ground);
    const parts = [{ way: [first as Point], wire: wireFrom(ground.store, first) }];
    const settled = () => parts.flatMap((part) => part.way);
    let under: Point[] = [];
    return {
      stroke,
      press: (spot) => {
        const way = parts.at(-1)?.wire(spot) ?? [];
        parts.push({ way, wire: wireFrom(ground.store, spot) });
        under = [];
      },
      move: (spots) => {
        const spot = spots.at(-1);
        if (spot) under = parts.at(-1)?.wire(spot) ?? [];
        return null;
      },
      release: () => false,
      end: () => {
        // The way home follows the edge as well.
        const home = parts.length > 1 ? (parts.at(-1)?.wire(first) ?? []) : [];
        fill({ plane, index, points: [...settled(), ...home] });
      },
      back: () => {
        parts.pop();
        under = [];
        return parts.length > 0;
      },
      path: () => ({ plane, index, points: [...settled(), ...under] }),
    };
  },
};
