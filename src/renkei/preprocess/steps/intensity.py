"""Intensity: give an MR, which has no unit of its own, a scale that scans share."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.preprocess.body import body_mask
from renkei.preprocess.held import Scan
from renkei.preprocess.step import Done, Param, Params, Step, StepRefusedError

Values = NDArray[np.float32]
Scaled = tuple[Values, dict[str, float]]

# Of the histogram (Nyúl, Udupa and Zhang 2000), and what its ends become.
PERCENTS = (1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99)
SCALE = (0.0, 100.0)
# White matter (Shinohara et al. 2014): so far inside the head lies no fat of the scalp.
SCALP_MM = 15.0
STRIPE = 0.05
BINS = 256
SMOOTH_BINS = 4.0
LEAST_VOXELS = 1000


def intensity(scan: Scan, params: Params) -> Done:
    """Return the scan on a shared scale, as float32; what was measured is recorded.

    `zscore`: mean 0 and SD 1 in the head or body. `percentile`: `low`..`high` per cent of it become
    0..1. `nyul`: its histogram is bent onto the landmarks learned from the training part.
    `white_stripe`: white matter of a T1 head gets mean 0 and SD 1.

    Raises:
        StepRefusedError: Its values have a unit already, no body is found, or the histogram does
            not hold what the method needs.
    """
    values, inside = _measured(scan)
    scaled, measures = METHODS[str(params["method"])](scan, values, inside, params)
    image = replace(scan.image, voxels=scaled.astype(np.float32, copy=False))
    said = {name: round(float(value), 6) for name, value in measures.items()}
    return Done((replace(scan, image=image),), said)


def fit(scans: Sequence[Scan], params: Params) -> dict[str, Any]:
    """Return the landmarks of the training part: the mean histogram, its ends at 0 and 100."""
    if params["method"] != "nyul":
        return {}
    curves = []
    for scan in scans:
        values, inside = _measured(scan)
        found = _landmarks(values[inside])
        curves.append(np.interp(found, (found[0], found[-1]), SCALE))
    return {"landmarks": [round(float(v), 4) for v in np.mean(curves, axis=0)]}


def _measured(scan: Scan) -> tuple[Values, NDArray[np.bool_]]:
    if scan.image.modality != "MR":
        raise StepRefusedError(
            "Values of this scan have a unit already: use window instead.", code="has_a_unit"
        )
    mask = body_mask(scan.image)
    if mask is None:
        raise StepRefusedError("No head or body is found in this image.", code="no_body")
    return scan.image.voxels.astype(np.float32, copy=False), mask


def _zscore(_scan: Scan, values: Values, inside: NDArray[np.bool_], _params: Params) -> Scaled:
    return _standard(values, values[inside])


def _percentile(_scan: Scan, values: Values, inside: NDArray[np.bool_], params: Params) -> Scaled:
    low, high = (float(v) for v in np.percentile(values[inside], [params["low"], params["high"]]))
    if low >= high:
        raise _narrow()
    return np.clip((values - low) / (high - low), 0, 1), {"low": low, "high": high}


def _nyul(_scan: Scan, values: Values, inside: NDArray[np.bool_], params: Params) -> Scaled:
    target = np.array(params["landmarks"], dtype=float)
    if not target.size:
        raise StepRefusedError(
            "The landmarks are not learned yet: fit the plan on the training part.",
            code="not_fitted",
        )
    if target.size != len(PERCENTS) or (np.diff(target) <= 0).any():
        raise StepRefusedError(
            f"Landmarks are {len(PERCENTS)} rising numbers.", code="bad_landmarks"
        )
    found = _landmarks(values[inside])
    bent = np.interp(values, found, target)
    # Beyond the ends the last pieces go on, so that the brightest keep their order.
    for ends, beyond in (((0, 1), values < found[0]), ((-1, -2), values > found[-1])):
        end, next_one = ends
        slope = (target[end] - target[next_one]) / (found[end] - found[next_one])
        bent[beyond] = target[end] + slope * (values[beyond] - found[end])
    moved = float(np.abs(np.interp(found, (found[0], found[-1]), SCALE) - target).mean())
    return bent, {"low": found[0], "high": found[-1], "landmarks_moved": moved}


def _white_stripe(scan: Scan, values: Values, inside: NDArray[np.bool_], _params: Params) -> Scaled:
    deep = _deep(inside, scan.image.geometry.spacing)
    within = values[deep]
    if within.size < LEAST_VOXELS:
        raise StepRefusedError("Too little of a head is in the image.", code="no_white_matter")
    peak = _last_peak(within)
    share = float((within < peak).mean())
    low, high = np.quantile(within, [max(0.0, share - STRIPE), min(1.0, share + STRIPE)])
    stripe = within[(within >= low) & (within <= high)]
    scaled, measures = _standard(values, stripe)
    return scaled, {"peak": peak, **measures}


def _standard(values: Values, sample: Values) -> Scaled:
    mean, spread = float(sample.mean(dtype=float)), float(sample.std(dtype=float))
    if spread <= 0:
        raise _narrow()
    scaled = values - np.float32(mean)
    scaled /= np.float32(spread)
    return scaled, {"mean": mean, "sd": spread}


def _landmarks(sample: Values) -> NDArray[np.float64]:
    found = np.percentile(sample.astype(np.float64), PERCENTS)
    if (np.diff(found) <= 0).any():
        raise _narrow()
    return found


def _last_peak(sample: Values) -> float:
    """Return the brightest mode of the histogram that holds a tenth of the highest one's voxels.

    Of a T1 without the scalp that is white matter.
    """
    low, high = np.percentile(sample, [1, 99.5])
    counts, edges = np.histogram(sample, bins=BINS, range=(float(low), float(high)))
    smooth = ndimage.gaussian_filter1d(counts.astype(float), SMOOTH_BINS)
    upper = smooth > max(float(smooth.max()) * 0.1, 1.0)
    modes = np.flatnonzero(
        (smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & upper[1:-1]
    )
    if not modes.size:
        raise StepRefusedError("The histogram has no peak.", code="no_white_matter")
    at = int(modes[-1]) + 1
    return float((edges[at] + edges[at + 1]) / 2)


def _deep(inside: NDArray[np.bool_], spacing: tuple[float, float, float]) -> NDArray[np.bool_]:
    """Return what lies deeper in its slice than the scalp is thick."""
    deep = np.zeros_like(inside)
    for z, plane in enumerate(inside):
        if plane.any():
            deep[z] = ndimage.distance_transform_edt(plane, sampling=spacing[1:]) > SCALP_MM
    return deep


def _narrow() -> StepRefusedError:
    return StepRefusedError(
        "The values hold too few levels to be put on a scale; look at the scan.",
        code="constant_image",
    )


METHODS: dict[str, Callable[[Scan, Values, NDArray[np.bool_], Params], Scaled]] = {
    "zscore": _zscore,
    "percentile": _percentile,
    "nyul": _nyul,
    "white_stripe": _white_stripe,
}

STEP = Step(
    "intensity",
    params={
        "method": Param("text", "zscore", choices=tuple(METHODS)),
        "low": Param("number", 0.5, 0.0, 50.0, unit="%"),
        "high": Param("number", 99.5, 50.0, 100.0, unit="%"),
        "landmarks": Param("number", (), -1e6, 1e6, count=0),
    },
    run=intensity,
    fit=fit,
)
