"""Denoise: total variation or non-local means, with the noise measured before and after."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.imaging.volume import Volume
from renkei.preprocess import verdicts
from renkei.preprocess.held import Scan
from renkei.preprocess.itk import filters, restoration
from renkei.preprocess.step import Done, Finding, Param, Params, Step, StepRefusedError
from renkei.select.metrics.ct_noise import noise_of_slice

Array = NDArray[np.float32]


def denoise(scan: Scan, params: Params) -> Done:
    """Return a denoised copy; readers keep the original.

    `strength` is in units of the measured noise: TV weight = strength x sigma (0.5 for white, 1
    for correlated noise), NLM h = strength x sigma (0.8).

    Raises:
        StepRefusedError: The noise cannot be measured here, or structure would be lost.
    """
    before = scan.image.voxels.astype(np.float32)
    sigma = noise_sigma(scan.image)
    if sigma is None or sigma <= 0:
        raise StepRefusedError(
            "The noise cannot be measured in this image, so nothing says how much to remove.",
            code="sigma_unknown",
        )
    smooth = _tv if params["method"] == "tv" else _nlm
    after = smooth(before, sigma, float(params["strength"]))
    image = replace(scan.image, voxels=_as(after, scan.image.voxels.dtype))
    left = noise_sigma(image)
    measures = {
        "sigma_before": round(sigma, 4),
        "sigma_after": round(left or 0.0, 4),
        **structure(before, after, sigma),
    }
    finding, code = verdicts.denoising(measures)
    if finding is Finding.REFUSE:
        raise StepRefusedError(
            "Denoising would take structure away with the noise: use a lower strength.",
            code=code,
            **measures,
        )
    return Done((replace(scan, image=image),), measures, finding, code)


def noise_sigma(image: Volume) -> float | None:
    """Return the noise in HU (CT, mode of local SD) or stored units (finest diagonal wavelet)."""
    if image.modality == "CT":
        _, dy, dx = image.geometry.spacing
        found = [noise_of_slice(plane, (dy, dx)) for plane in image.voxels]
        values = [value for value in found if value is not None]
        return float(np.median(values)) if values else None
    return _finest_detail(image.voxels.astype(np.float32))


def _finest_detail(voxels: Array) -> float | None:
    """Return median |HHH| / 0.6745 of the Haar transform in the foreground; white noise only."""
    even = voxels[tuple(slice(0, n // 2 * 2) for n in voxels.shape)]
    if even.size == 0 or voxels.min() == voxels.max():
        return None
    detail: NDArray[Any] = even
    mean: NDArray[Any] = even
    for axis in range(3):
        one, two = (np.take(detail, range(i, even.shape[axis], 2), axis) for i in (0, 1))
        detail = (one - two) / np.float32(np.sqrt(2))
        one, two = (np.take(mean, range(i, even.shape[axis], 2), axis) for i in (0, 1))
        mean = (one + two) / 2
    inside = mean > 0.6 * filters.threshold_otsu(mean.ravel())
    return float(np.median(np.abs(detail[inside])) / 0.6745) if inside.any() else None


def _tv(voxels: Array, sigma: float, strength: float) -> Array:
    smooth: Array = restoration.denoise_tv_chambolle(
        voxels, weight=strength * sigma, max_num_iter=60
    )
    return smooth


def _nlm(voxels: Array, sigma: float, strength: float) -> Array:
    smooth: Array = restoration.denoise_nl_means(
        voxels, patch_size=3, patch_distance=2, h=strength * sigma, sigma=sigma, fast_mode=True
    )
    return smooth


def structure(before: Array, after: Array, sigma: float) -> dict[str, float]:
    """Measure what went besides noise: edge strength kept, residual bias and residual at edges.

    Edges are the strongest 1 % of the smoothed gradient of the input that also rise above its
    noise. All three are 1, 0 and 0 when only noise was taken.
    """
    soft_in = ndimage.gaussian_filter(before, 1.0)
    soft_out = ndimage.gaussian_filter(after, 1.0)
    edge_in = np.sqrt(sum(g * g for g in np.gradient(soft_in)))
    edge_out = np.sqrt(sum(g * g for g in np.gradient(soft_out)))
    edges = edge_in >= max(float(np.percentile(edge_in, 99)), 0.5 * sigma)
    residual = before - after
    return {
        "edges_kept": round(float(np.median(edge_out[edges] / edge_in[edges])), 4)
        if edges.any()
        else 1.0,
        "residual_mean": round(float(residual.mean()) / sigma, 4),
        "residual_sd": round(float(residual.std()) / sigma, 4),
    }


def _as(voxels: Array, kind: np.dtype[Any]) -> NDArray[np.generic]:
    if np.issubdtype(kind, np.integer):
        limits = np.iinfo(kind)
        return np.clip(np.rint(voxels), limits.min, limits.max).astype(kind)
    return voxels.astype(kind)


STEP = Step(
    "denoise",
    params={
        "method": Param("text", "tv", choices=("tv", "nlm")),
        "strength": Param("number", 0.5, 0.05, 50.0, unit="noise SD"),
    },
    run=denoise,
    keeps=True,
)
