"""Field truncation of a CT: how much of the image border the body touches."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.select.metric import Case, Measured, Metric, not_applicable

BODY_HU = -400
RIM_PIXELS = 3
LEAST_BODY_PIXELS = 500


def border_touched(hu: NDArray[Any]) -> float | None:
    """Return the share of the 3-pixel border of one slice (y, x) that lies inside the body.

    The body is the largest component above -400 HU after an opening of two pixels; None when
    the slice holds no body.
    """
    body = ndimage.binary_opening(hu > BODY_HU, iterations=2, border_value=0)
    # The opening eats what touches the edge; growing back inside the threshold restores it.
    body = ndimage.binary_dilation(body, iterations=RIM_PIXELS, mask=hu > BODY_HU)
    pieces, found = ndimage.label(body)
    if not found:
        return None
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    largest = int(sizes.argmax())
    if sizes[largest] < LEAST_BODY_PIXELS:
        return None
    rim = np.ones(hu.shape, dtype=bool)
    rim[RIM_PIXELS:-RIM_PIXELS, RIM_PIXELS:-RIM_PIXELS] = False
    return float(np.mean(pieces[rim] == largest))


def ct_truncation(case: Case) -> Measured:
    """Return the median share of the border touched, in per cent."""
    if case.volume is None:
        return not_applicable("no_volume")
    step = 2 if min(case.volume.voxels.shape[1:]) >= 256 else 1
    found = [border_touched(plane[::step, ::step]) for plane in case.volume.voxels]
    values = [100 * value for value in found if value is not None]
    if not values:
        return not_applicable("no_body")
    return Measured(
        value=round(float(np.median(values)), 3),
        n=len(values),
        facts={"highest": round(float(np.max(values)), 3)},
    )


METRIC = Metric("ct_truncation", "%", frozenset({"CT"}), worse="high", measure=ct_truncation)
