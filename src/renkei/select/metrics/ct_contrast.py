"""Contrast of a CT, a proxy: the density of vessel-like pieces away from bone."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from renkei.select.case import Case, Plane
from renkei.select.ct import CT, body_of, grow, pieces_of, pixel_mm, shrink, thinned
from renkei.select.metric import Measured, Metric, Place, not_applicable

BRIGHT_HU, BONE_HU = 125.0, 600.0
BONE_MM = 8.0
ARTERIAL_HU = 250.0
NONE, VENOUS, ARTERIAL = 0.0, 1.0, 2.0
BLUR_MM = 1.5
MOST_SLOPE = 15.0
LEAST_MM2 = 60.0
LEAST_SIDE = 4
# Marrow is as bright as a vein; away from dense bone it is less than this in a slice.
LEAST_MEAN_MM2 = 200.0


def vessel_like(plane: Plane) -> tuple[int, float, float] | None:
    """Return the number of a slice, HU and mm2 of its largest enhanced piece, or None.

    That is: 125 to 600 HU and even (less than 15 HU per mm) after a blur of 1.5 mm, with nothing
    denser within 8 mm. (number, 0, 0) when a slice with a body has none.
    """
    hu, step = thinned(plane.pixels)
    body = body_of(hu)
    if body is None:
        return None
    box = ndimage.find_objects(body.view(np.uint8))[0]
    inside = np.clip(np.nan_to_num(hu[box], nan=-1024.0), -1024, 3071).astype(np.float32)
    pixel = pixel_mm(plane.spacing, step)
    smooth = ndimage.gaussian_filter(inside, BLUR_MM / pixel, truncate=3)
    bright = body[box] & (smooth > BRIGHT_HU) & (smooth < BONE_HU)
    if min(bright.shape) < LEAST_SIDE or not bright.any():
        return plane.number, 0.0, 0.0
    slope = np.maximum(*(np.abs(part) for part in np.gradient(smooth, pixel)))
    pieces, sizes = pieces_of(grow(shrink(bright & (slope < MOST_SLOPE))))
    bone = smooth >= BONE_HU
    for _ in range(min(8, max(1, round(BONE_MM / pixel)))):
        bone = grow(bone)
    sizes[np.unique(pieces[bone])] = 0
    largest = int(sizes.argmax())
    area = float(sizes[largest] * pixel**2)
    if area < LEAST_MM2:
        return plane.number, 0.0, 0.0
    return plane.number, float(np.median(smooth[pieces == largest])), area


def sum_up(case: Case, found: Sequence[tuple[int, float, float] | None]) -> Measured:
    """Return the 75th percentile over slices of the enhanced pieces' HU; the class is a fact.

    `phase` is 0 none, 1 venous or late, 2 arterial.
    """
    said = [one for one in found if one]
    if not said:
        return not_applicable("no_body")
    bright = [one for one in said if one[2]]
    area = sum(size for *_, size in said) / len(said)
    agents = [str(header.get("ContrastBolusAgent") or "").strip() for header in case.headers]
    facts = {"mean_mm2": round(area, 1), "phase": NONE}
    if case.headers:
        facts["agent_in_header"] = float(any(agents))
    if area < LEAST_MEAN_MM2:
        return Measured(None, len(said), reason="nothing_enhanced", facts=facts)
    value = float(np.percentile([hu for _, hu, _ in bright], 75))
    facts["phase"] = ARTERIAL if value >= ARTERIAL_HU else VENOUS
    brightest = max(bright, key=lambda one: one[1])
    return Measured(
        value=round(value, 1),
        n=len(said),
        facts=facts,
        places=(Place("brightest", brightest[0]),),
    )


METRIC = Metric(
    "ct_contrast", "HU", CT, worse="low", look=vessel_like, sum_up=sum_up, aspect="content"
)
