import { useTranslation } from "react-i18next";
import { indexOf } from "../../parts/viewer/space";
import type { VolumeHeader } from "../../parts/viewer/volume";
import type { Shape, Values } from "./mark";

/** Say the numbers of a mark in one short line. */
export function useNumbers(header: VolumeHeader): (values: Values) => string {
  const { t } = useTranslation();
  const unit = header.unit ?? (header.modality === "CT" ? "HU" : "");
  const shown = unit === "arbitrary" ? "" : unit;
  return (v) => {
    if (v.length_mm !== undefined) return `${v.length_mm.toFixed(1)} mm`;
    if (v.long_mm !== undefined)
      return `${v.long_mm.toFixed(1)} × ${(v.short_mm ?? 0).toFixed(1)} mm`;
    if (v.angle_deg !== undefined) return `${v.angle_deg.toFixed(1)}°`;
    if (v.value !== undefined) return `${v.value} ${shown}`.trim();
    if (v.mean === undefined) return "";
    const numbers = { mean: v.mean.toFixed(1), sd: (v.sd ?? 0).toFixed(1), unit: shown };
    return t("annotate.marks.statistics", numbers).trim();
  };
}

/** Say the rest of a region's numbers: least and most, voxels, area. */
export function useMoreNumbers(): (values: Values) => string {
  const { t } = useTranslation();
  return (v) => {
    if (v.mean === undefined) return "";
    return t("annotate.marks.more", { ...v, area: (v.area_mm2 ?? 0).toFixed(1) });
  };
}

/** The acquired slice, from 1, on which the middle of a mark lies. */
export function sliceOf(header: VolumeHeader, { points }: Shape): number | null {
  if (!points.length) return null;
  const z = points.reduce((sum, mm) => sum + indexOf(header, mm)[2], 0) / points.length;
  return Math.min(header.shape[0], Math.max(1, Math.floor(z + 0.5) + 1));
}
