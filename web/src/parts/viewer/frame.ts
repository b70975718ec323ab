import { indexAt, onPlane, type Triple } from "./space";
import { type Plane, planeOf, type VolumeHeader } from "./volume";
import type { Zoom } from "./zoom";

/** A pane of the viewer and what it shows: what an overlay needs to draw in it. */
export interface PaneFrame {
  header: VolumeHeader;
  plane: Plane;
  /** The number of the slice that is shown. */
  index: number;
  /** The pane in CSS pixels, and the picture in it: its left, top and size, zoomed. */
  width: number;
  height: number;
  picture: { left: number; top: number; width: number; height: number };
  /** CSS pixels per mm, the same both ways. */
  pxPerMm: number;
  /** A voxel's index (x, y, z) in CSS pixels of the pane; `depth` in slices from the shown one. */
  toScreen: (index: Triple) => { x: number; y: number; depth: number };
  /** The index, with fractions, under CSS pixels of the pane. */
  toVoxel: (x: number, y: number) => Triple;
}

/** The frame of a plane in a pane: as large as fits, in true proportions, zoomed and moved. */
export function frameOf(
  header: VolumeHeader,
  plane: Plane,
  index: number,
  pane: { width: number; height: number },
  zoom: Zoom,
): PaneFrame {
  const size = planeOf(header, plane);
  // Each axis is scaled by its own spacing: a voxel of 1 × 3 mm is drawn as 1 × 3.
  const [wide, high] = [size.width * size.stepX, size.height * size.stepY];
  const pxPerMm = Math.min(pane.width / wide, pane.height / high) * zoom.scale;
  const picture = {
    left: pane.width / 2 + zoom.x - (wide * pxPerMm) / 2,
    top: pane.height / 2 + zoom.y - (high * pxPerMm) / 2,
    width: wide * pxPerMm,
    height: high * pxPerMm,
  };
  return {
    header,
    plane,
    index,
    ...pane,
    picture,
    pxPerMm,
    toScreen: (voxel) => {
      const { column, row, depth } = onPlane(header, plane, index, voxel);
      return {
        x: picture.left + (column + 0.5) * size.stepX * pxPerMm,
        y: picture.top + (row + 0.5) * size.stepY * pxPerMm,
        depth,
      };
    },
    toVoxel: (x, y) =>
      indexAt(
        header,
        plane,
        index,
        (x - picture.left) / (size.stepX * pxPerMm) - 0.5,
        (y - picture.top) / (size.stepY * pxPerMm) - 0.5,
      ),
  };
}
