"""What denoising took: structure with the noise, contrast of labels, and whether it helps at all.

Measured on a block of the case, so that the proof costs little beside the work.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.imaging.labels import Segment
from renkei.preprocess.body import bounds
from renkei.preprocess.noise import Noise
from renkei.preprocess.trial import middle

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Voxels per side (z, y, x) of the block that is measured.
BLOCK = (32, 160, 160)
# Of fewer voxels, or a step to the surroundings under twice the noise, nothing can be said.
LEAST_LABEL = 100
CLEAR = 2.0
SHELL = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """An image before and after, and where its body is."""

    before: Array
    after: Array
    body: Mask


def structure(pair: Pair, sigma: float) -> dict[str, float]:
    """Measure what the residual (before - after) holds besides noise, in units of the noise.

    `edges_kept`: edge strength after over before, at the strongest 1 % of the smoothed gradient
    that also rises above its noise. `residual_gradient`: correlation of |residual| with the
    gradient. `residual_autocorrelation`: of next neighbours, at edges less that in flat parts,
    which is the noise's own. All but `edges_kept` (1) are near 0 when only noise was taken.
    """
    block = middle(pair.body, BLOCK)
    before, after, body = pair.before[block], pair.after[block], pair.body[block]
    edge_in = _steepness(ndimage.gaussian_filter(before, 1.0))
    edge_out = _steepness(ndimage.gaussian_filter(after, 1.0))
    sharp = edge_in >= max(float(np.percentile(edge_in, 99)), 0.5 * sigma)
    kept = float(np.median(edge_out[sharp] / edge_in[sharp])) if sharp.any() else 1.0
    residual = before - after
    low, high = np.percentile(edge_out[body], [50, 90])
    edges, flat = body & (edge_out >= high), body & (edge_out <= low)
    own = _autocorrelation(residual, flat)
    return {
        "edges_kept": round(kept, 4),
        "residual_mean": round(float(residual[body].mean()) / sigma, 4),
        "residual_sd": round(float(residual[body].std()) / sigma, 4),
        "residual_gradient": round(_correlation(np.abs(residual[body]), edge_out[body]), 4),
        "residual_autocorrelation": round(_autocorrelation(residual, edges) - own, 4),
    }


def labels_kept(pair: Pair, segments: Iterable[Segment], noise: Noise) -> dict[str, float]:
    """Measure the labels: the worst mean residual inside one, and the worst contrast.

    Contrast is the step from the mean of a shell of three voxels to the mean inside, where it is
    clear: over twice the noise. `contrast_kept` is it after over before, `contrast_lost` what is
    lost, and `label_shift` the mean residual in units of the noise; the last two beyond what chance
    does to a mean of so many voxels (two standard errors). Labels under 100 voxels do not count.
    """
    shifts: list[float] = [0.0]
    kept: list[float] = [1.0]
    lost: list[float] = [0.0]
    for segment in segments:
        count = np.count_nonzero(segment.mask)
        if count < LEAST_LABEL:
            continue
        chance = 2 * min(1.0, float(np.sqrt(noise.shared / count)))
        box = bounds(segment.mask, SHELL + 1)
        inside = segment.mask[box]
        shell = ndimage.binary_dilation(inside, iterations=SHELL) & ~inside
        before, after = pair.before[box], pair.after[box]
        shift = abs(float((before - after)[inside].mean())) / noise.sigma
        shifts.append(max(0.0, shift - chance))
        was = float(before[inside].mean() - before[shell].mean()) if shell.any() else 0.0
        if abs(was) >= CLEAR * noise.sigma:
            kept.append(float(after[inside].mean() - after[shell].mean()) / was)
            lost.append(max(0.0, abs(kept[-1] - 1) - chance * noise.sigma / abs(was)))
    worst = max(kept, key=_off)
    return {
        "label_shift": round(max(shifts), 4),
        "contrast_kept": round(worst, 4),
        "contrast_lost": round(max(lost), 4),
    }


def _off(share: float) -> float:
    return abs(share - 1)


def _autocorrelation(residual: Array, where: Mask) -> float:
    """Return the correlation of each residual with its next along x and y."""
    found = []
    for axis in (1, 2):
        first = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        second = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        both = where[first] & where[second]
        found.append(_correlation(residual[first][both], residual[second][both]))
    return float(np.mean(found))


def _steepness(soft: Array) -> Array:
    steep: Array = np.sqrt(sum(g * g for g in np.gradient(soft)))
    return steep


def _correlation(one: Array, two: Array) -> float:
    if one.size < 2 or one.std() == 0 or two.std() == 0:
        return 0.0
    return float(np.corrcoef(one, two)[0, 1])
