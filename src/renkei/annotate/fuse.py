"""Several readings as one mask: a starting point for whoever decides, never the truth.

What one of three found, a fusion leaves out; what all of them share, it keeps, right or wrong.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from renkei.annotate.box import box_of
from renkei.annotate.panel import FEWEST, TooFewReadingsError

STEPS = 50


def majority(masks: Sequence[np.ndarray]) -> np.ndarray:
    """Return the voxels that more than half of the readers drew; of two readers, those of both.

    Raises:
        TooFewReadingsError: There are fewer than two readings.
    """
    _check(masks)
    votes = np.zeros(masks[0].shape, dtype=np.uint8)
    for mask in masks:
        votes += mask
    return np.asarray(votes > len(masks) // 2)


def staple(masks: Sequence[np.ndarray]) -> tuple[np.ndarray, tuple[tuple[float, float], ...]]:
    """Return the likelier voxels, and each reader's estimated sensitivity and specificity.

    Warfield et al. 2004 (doi:10.1109/TMI.2004.828354), on the box that anybody drew in: over the
    whole image the background would make every reader look specific.

    Raises:
        TooFewReadingsError: There are fewer than two readings.
    """
    import SimpleITK as sitk

    _check(masks)
    box = box_of(*masks, margin=2)
    if box is None:
        return np.zeros(masks[0].shape, dtype=bool), tuple((1.0, 1.0) for _ in masks)
    work: Any = sitk.STAPLEImageFilter()  # type: ignore[no-untyped-call]
    work.SetForegroundValue(1)
    work.SetMaximumIterations(STEPS)
    cut = [sitk.GetImageFromArray(mask[box].astype(np.uint8)) for mask in masks]
    likely = sitk.GetArrayFromImage(work.Execute(cut))
    fused = np.zeros(masks[0].shape, dtype=bool)
    fused[box] = likely > 1 / 2
    readers = zip(work.GetSensitivity(), work.GetSpecificity(), strict=True)
    return fused, tuple((float(p), float(q)) for p, q in readers)


def _check(masks: Sequence[np.ndarray]) -> None:
    if len(masks) < FEWEST:
        raise TooFewReadingsError("Two readings at least are put together; this is one.")
