"""Denoise: non-local means or total variation, at a strength that the measured noise sets.

Each case is proved on itself: what was taken must be noise, and labels keep their contrast.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.imaging.labels import Segment
from renkei.preprocess import verdicts
from renkei.preprocess.body import Block, bounds, tissue
from renkei.preprocess.held import Scan
from renkei.preprocess.itk import restoration
from renkei.preprocess.nlm import Reach, non_local_means
from renkei.preprocess.noise import Noise, noise_of, noise_sigma
from renkei.preprocess.residual import BLOCK, SHELL, Pair, labels_kept, structure
from renkei.preprocess.step import Done, Finding, Param, Params, Step, StepRefusedError
from renkei.preprocess.trial import Smooth, expected_gain, known_gain, middle

Array = NDArray[np.float32]
Spacing = tuple[float, float, float]

# In units of the noise: h of non-local means, the weight of total variation.
STRENGTHS = {"nlm": (0.25, 0.5, 0.8), "tv": (0.25, 0.5, 0.7)}
TV_ROUNDS = 60
# Total variation takes contrast off small things, and the middle of a body holds few of them.
TV_LEAD_DB = 1.0
MOST_WAYS = 3
# How far a voxel's surroundings reach into its result, and of all voxels, how few are worth a look
# before all are denoised.
MARGIN = 3
SMALL_PART = 1 / 8
WORSE = (Finding.ACCEPT, Finding.REVIEW, Finding.REFUSE)
SAID = {
    "structure_lost": "Denoising would take structure away with the noise: use a lower strength.",
    "residual_structured": "What denoising would take looks like the image: lower the strength.",
    "no_gain": "Denoising would bring this image no nearer to the truth: leave it out.",
}


@dataclass(frozen=True, slots=True)
class Way:
    """A method with its strength, and the gain in dB that Stein's estimate expects of it."""

    method: str
    strength: float
    expected: float


def denoise(scan: Scan, params: Params) -> Done:
    """Return a denoised copy; readers keep the original.

    `strength` is in units of the measured noise: h of non-local means, the weight of total
    variation. 0 leaves it to the case, `auto` the method too: of the ways that near the truth most
    by Stein's estimate on a block, the first that passes the checks is taken.

    Raises:
        StepRefusedError: The noise cannot be measured here, or structure would be lost.
    """
    noise = noise_of(scan.image)
    body = tissue(scan.image)
    if noise is None or not body.any():
        raise StepRefusedError(
            "The noise cannot be measured in this image, so nothing says how much to remove.",
            code="sigma_unknown",
        )
    before = scan.image.voxels.astype(np.float32)
    ways = _ways(before, body, noise, params, scan)[:MOST_WAYS]
    best = _best(scan, Pair(before, before, body), noise, ways)
    if best.finding is Finding.REFUSE:
        raise StepRefusedError(SAID[str(best.code)], code=best.code, **best.measures)
    return best


def _best(scan: Scan, pair: Pair, noise: Noise, ways: Sequence[Way]) -> Done:
    """Return what the first way gives that passes; one that parts already doubt waits its turn."""
    tried: list[Done] = []
    doubted: list[tuple[bool, Way]] = []
    for way in ways:
        foretold = _foretell(scan, pair, noise, way) if len(ways) > 1 else Finding.ACCEPT
        if foretold is not Finding.ACCEPT:
            doubted.append((foretold is Finding.REFUSE, way))
            continue
        tried.append(_try(scan, pair, noise, way))
        if tried[-1].finding is Finding.ACCEPT:
            return tried[-1]
    for hopeless, way in sorted(doubted, key=lambda one: one[0]):
        if any(done.finding is Finding.REVIEW for done in tried) or (hopeless and tried):
            break
        tried.append(_try(scan, pair, noise, way))
    return min(tried, key=lambda done: WORSE.index(done.finding))


def _foretell(scan: Scan, pair: Pair, noise: Noise, way: Way) -> Finding:
    """Return what parts of the case say: around each small label, and its middle if it is large."""
    smooth = smoother(way.method, way.strength, noise, scan.image.geometry.spacing)
    found = [Finding.ACCEPT]
    for part, segment in _parts(scan, pair.body):
        before = pair.before[part]
        after = _as(smooth(before), scan.image.voxels.dtype).astype(np.float32)
        here = Pair(before, after, pair.body[part])
        if segment is None:
            measures = structure(here, noise.sigma)
        else:
            cut = replace(segment, mask=segment.mask[part])
            measures = {"edges_kept": 1.0, "residual_mean": 0.0, **labels_kept(here, [cut], noise)}
        found.append(verdicts.denoising(measures)[0])
    return max(found, key=WORSE.index)


def _parts(scan: Scan, body: NDArray[np.bool_]) -> Iterator[tuple[Block, Segment | None]]:
    """Return the small parts that a verdict hangs on, each with the label that it is around."""
    most = body.size * SMALL_PART
    for segment in scan.labels.segments if scan.labels else ():
        if segment.mask.any():
            box = bounds(segment.mask, SHELL + 1 + MARGIN)
            if prod(side.stop - side.start for side in box) <= most:
                yield box, segment
    if prod(BLOCK) <= most:
        yield middle(body, BLOCK), None


def _ways(
    voxels: Array, body: NDArray[np.bool_], noise: Noise, params: Params, scan: Scan
) -> list[Way]:
    """Return what the plan allows, the most hopeful first."""
    methods = list(STRENGTHS) if params["method"] == "auto" else [str(params["method"])]
    given = float(params["strength"])
    found = []
    for method in methods:
        for strength in (given,) if given else STRENGTHS[method]:
            smooth = smoother(method, strength, noise, scan.image.geometry.spacing)
            found.append(Way(method, strength, expected_gain(voxels, body, noise, smooth)))
    return sorted(found, key=lambda way: TV_LEAD_DB * (way.method == "tv") - way.expected)


def _try(scan: Scan, pair: Pair, noise: Noise, way: Way) -> Done:
    """Denoise one way, and judge it by its own measures."""
    smooth = smoother(way.method, way.strength, noise, scan.image.geometry.spacing)
    image = replace(scan.image, voxels=_as(smooth(pair.before), scan.image.voxels.dtype))
    pair = replace(pair, after=image.voxels.astype(np.float32))
    measures = {
        "sigma_before": round(noise.sigma, 4),
        "sigma_after": round(noise_sigma(image) or 0.0, 4),
        "noise_white": noise.white,
        "noise_rician": float(noise.rician),
        "air_ratio": noise.air_ratio,
        "nlm": float(way.method == "nlm"),
        "strength_used": way.strength,
        "expected_db": round(way.expected, 2),
        "gain_db": round(known_gain(pair.after, pair.body, noise, smooth), 2),
        **structure(pair, noise.sigma),
        **(labels_kept(pair, scan.labels.segments, noise) if scan.labels else {}),
    }
    finding, code = verdicts.denoising(measures)
    return Done((replace(scan, image=image),), measures, finding, code)


def description(measures: Mapping[str, float]) -> str:
    """Return method, strength and noise of a denoised copy in a sentence, as DICOM wants it."""
    method = "Non-local means" if measures["nlm"] else "Total variation"
    kind = "Rician" if measures["noise_rician"] else "Gaussian"
    return (
        f"{method}, strength {measures['strength_used']:g} of the noise, which was "
        f"{measures['sigma_before']:g} ({kind}) and is {measures['sigma_after']:g} now."
    )


def smoother(method: str, strength: float, noise: Noise, spacing: Spacing) -> Smooth:
    """Return the function that denoises voxels of this noise and spacing (z, y, x) mm."""

    def nlm(voxels: Array) -> Array:
        far = reach(spacing)
        return non_local_means(voxels, noise.sigma, h=strength, rician=noise.rician, search=far)

    def tv(voxels: Array) -> Array:
        weight = strength * noise.sigma
        smooth: Array = restoration.denoise_tv_chambolle(
            voxels, weight=weight, max_num_iter=TV_ROUNDS
        )
        return smooth

    return nlm if method == "nlm" else tv


def reach(spacing: Spacing) -> Reach:
    """Return how far to search along z, y, x: 2 of the finest voxels, none across thick ones."""
    finest = min(spacing)
    z, y, x = (int(2 * finest / mm + 0.01) for mm in spacing)
    return z, y, x


def _as(voxels: Array, kind: np.dtype[Any]) -> NDArray[np.generic]:
    if np.issubdtype(kind, np.integer):
        limits = np.iinfo(kind)
        return np.clip(np.rint(voxels), limits.min, limits.max).astype(kind)
    return voxels.astype(kind)


STEP = Step(
    "denoise",
    params={
        "method": Param("text", "auto", choices=("auto", "nlm", "tv")),
        "strength": Param("number", 0.0, 0.0, 50.0, unit="noise SD"),
    },
    run=denoise,
    keeps=True,
)
