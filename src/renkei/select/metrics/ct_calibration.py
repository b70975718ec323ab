"""Calibration of a CT: where air and soft tissue lie on the Hounsfield scale, and what is cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from scipy import ndimage

from renkei.select.case import Case, Plane
from renkei.select.ct import CT, number_of, pixel_mm, thinned
from renkei.select.metric import Measured, Metric, not_applicable

Counts = NDArray[np.uint32]

AIR_HU, AIR_RANGE = -1000.0, (-1100, -900)
# Brain and muscle, up to a liver in the venous phase.
SOFT_EXPECTED, SOFT_RANGE = (20.0, 110.0), (-20, 250)
MEAN_MM = 4.0
SMOOTH_BINS = 5.0
LEAST_SHARE = 0.005
MOST_IN_ONE_BIN = 0.9
CEILING_HU = 3071
# A scan whose highest value is below dense bone, and often: the top was cut off.
BONE_HU, CUT_SHARE = 1000.0, 0.005
LEAST_SPAN_HU = 50.0


@dataclass(frozen=True, slots=True)
class Look:
    """What one slice says: counts per HU of air and of soft tissue, and its two ends."""

    air: Counts
    soft: Counts
    blocks: int
    pixels: int
    lowest: float
    highest: float
    at_highest: int
    saturated: int


def look(plane: Plane) -> Look | None:
    """Return the histograms of a slice and its two ends, or None when no value is a number.

    Air and soft tissue are counted in means over about 4 mm, so that noise does not move them. The
    lowest value of a slice is fill or clipped air, and stays out of the air.
    """
    values = thinned(plane.pixels)[0].ravel()
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
    if not values.size:
        return None
    lowest, highest = float(values.min()), float(values.max())
    means = _means(plane)
    return Look(
        air=_counts(means, *AIR_RANGE, above=lowest),
        soft=_counts(means, *SOFT_RANGE, above=-np.inf),
        blocks=means.size,
        pixels=values.size,
        lowest=lowest,
        highest=highest,
        at_highest=int(np.count_nonzero(values == highest)),
        saturated=int(np.count_nonzero(values >= CEILING_HU)),
    )


def _means(plane: Plane) -> NDArray[Any]:
    """Return the mean of every square of about 4 mm of a slice."""
    side = int(np.clip(round(MEAN_MM / pixel_mm(plane.spacing, 1)), 2, 8))
    rows, columns = (n // side for n in plane.pixels.shape)
    cut = plane.pixels[: rows * side, : columns * side]
    total = np.zeros((rows, columns), dtype=np.float32)
    for i in range(side):
        for j in range(side):
            total += cut[i::side, j::side]
    means: NDArray[Any] = total[np.isfinite(total)] / np.float32(side * side)
    return means


def _counts(values: NDArray[Any], low: int, high: int, *, above: float) -> Counts:
    inside = values[(values >= max(low, above)) & (values < high) & (values != above)]
    whole = np.rint(inside).astype(np.intp) - low
    return np.bincount(whole, minlength=high - low + 1).astype(np.uint32)


def peak(counts: NDArray[np.integer], low: int, least: float) -> float | None:
    """Return the HU of the highest peak of counts per HU; None for too few or one value alone."""
    total = int(counts.sum())
    if total < max(least, 1) or counts.max() > MOST_IN_ONE_BIN * total:
        return None
    smooth = ndimage.gaussian_filter1d(counts.astype(np.float64), SMOOTH_BINS, mode="constant")
    return float(low + int(smooth.argmax()))


def sum_up(case: Case, looks: Sequence[Look | None]) -> Measured:
    """Return the larger deviation in HU: of air from -1000, of soft tissue from 20 to 110."""
    said = [one for one in looks if one]
    if not said:
        return not_applicable("no_pixels")
    pixels = sum(one.pixels for one in said)
    least = LEAST_SHARE * sum(one.blocks for one in said)
    air = peak(_added([one.air for one in said]), AIR_RANGE[0], least)
    soft = peak(_added([one.soft for one in said]), SOFT_RANGE[0], least)
    highest = max(one.highest for one in said)
    cut = sum(one.at_highest for one in said if one.highest == highest) / pixels
    low, high = SOFT_EXPECTED
    found = {
        "air_hu": air,
        "soft_hu": soft,
        "lowest_hu": round(min(one.lowest for one in said), 1),
        "highest_hu": round(highest, 1),
        "saturated_percent": round(100 * sum(one.saturated for one in said) / pixels, 4),
        "at_highest_percent": round(100 * cut, 4),
    }
    off = [abs(air - AIR_HU)] if air is not None else []
    off += [max(low - soft, soft - high, 0.0)] if soft is not None else []
    return Measured(
        value=max(off) if off else None,
        n=len(said),
        reason=None if off else "no_air_or_soft_tissue",
        codes=_codes(case.headers, said, cut),
        facts={name: value for name, value in found.items() if value is not None},
    )


def _added(counts: Sequence[Counts]) -> NDArray[np.uint64]:
    total: NDArray[np.uint64] = np.sum(counts, axis=0, dtype=np.uint64)
    return total


def _codes(headers: Sequence[Dataset], said: Sequence[Look], cut: float) -> tuple[str, ...]:
    lowest, highest = min(one.lowest for one in said), max(one.highest for one in said)
    slopes = [number_of(header, "RescaleSlope") for header in headers]
    units = {str(header.get("RescaleType") or "HU").upper() for header in headers}
    span = highest - lowest
    # Nothing below water in a whole scan that has bone: the offset is lacking. Nothing as dense
    # as fat: it was taken off twice. All within 50 of each other: scaled for a network.
    shifted = (lowest >= 0 and highest >= BONE_HU) or highest < -200
    scaled = 0 < span < LEAST_SPAN_HU
    header = any(slope is not None and slope <= 0 for slope in slopes) or units - {"HU", "US"}
    codes = []
    if header or (span > 0 and (shifted or scaled)):
        codes.append("rescale_implausible")
    elif span > 0 and highest < BONE_HU and cut > CUT_SHARE:
        codes.append("values_cut")
    return tuple(codes)


METRIC = Metric("ct_calibration", "HU", CT, worse="high", look=look, sum_up=sum_up)
