"""Stain of a slide: how strong it is, its two colours and their balance, and how white glass is."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from renkei.select.case import Case
from renkei.select.colour import density, white_of
from renkei.select.metric import SLIDES, Measured, Metric, not_applicable
from renkei.select.tiles import Tile

STEP = 16
LEAST_DENSITY = 0.15
LEAST_PIXELS = 500
# What haematoxylin and eosin absorb of red, green, blue (Ruifrok and Johnston 2001).
HAEMATOXYLIN = np.array([0.650, 0.704, 0.286])
CLEAR = np.array([245.0, 245.0, 245.0])


def sample(tile: Tile) -> NDArray[np.uint8]:
    """Return every 16th pixel of a tile each way, as (n, 3)."""
    return tile.rgb[::STEP, ::STEP].reshape(-1, 3).copy()


def sum_up(case: Case, said: Sequence[NDArray[np.uint8]]) -> Measured:
    """Return the median optical density of stained pixels, summed over red, green and blue.

    Facts: the two stain vectors and their angle (Macenko 2009), how much of each, the white of
    glass and its cast. Where no glass is seen, 245 stands for white and no cast is told.
    """
    if case.slide is None or not said:
        return not_applicable("too_little_tissue")
    white = white_of(case.overview, case.tissue)
    pixels = density(np.concatenate(said), CLEAR if white is None else white)
    stained = pixels[(pixels > LEAST_DENSITY).all(axis=1)]
    if len(stained) < LEAST_PIXELS:
        return not_applicable("too_little_stain")
    facts = _stains(stained.astype(np.float64))
    if white is not None:
        facts["white"] = round(float(white.mean()), 2)
        facts["cast"] = round(float(white.max() - white.min()), 2)
    return Measured(
        value=round(float(np.median(stained.sum(axis=1))), 4), n=len(stained), facts=facts
    )


def _stains(stained: NDArray[np.float64]) -> dict[str, float]:
    """Return the stain vectors as extreme angles in the plane of the two main directions."""
    _, directions = np.linalg.eigh(np.cov(stained.T))
    plane = directions[:, [2, 1]]
    # The main direction points to more of every colour, so that angles do not wrap.
    plane = plane * np.where(plane.sum(axis=0) < 0, -1, 1)
    flat = stained @ plane
    angles = np.arctan2(flat[:, 1], flat[:, 0])
    ends = [plane @ np.array([np.cos(a), np.sin(a)]) for a in np.percentile(angles, [1, 99])]
    ends = [
        np.maximum(end, 0) / max(float(np.linalg.norm(np.maximum(end, 0))), 1e-6) for end in ends
    ]
    first, second = sorted(ends, key=lambda end: -float(end @ HAEMATOXYLIN))
    cosine = float(np.clip(first @ second, -1, 1))
    facts = {"angle": round(float(np.degrees(np.arccos(cosine))), 2)}
    for name, vector in (("h", first), ("e", second)):
        facts |= {f"{name}_{c}": round(float(x), 3) for c, x in zip("rgb", vector, strict=True)}
    if facts["angle"] >= 1:
        amounts = np.linalg.lstsq(np.stack([first, second], axis=1), stained.T, rcond=None)[0]
        strong = np.percentile(np.maximum(amounts, 0), 99, axis=1)
        facts["h_strength"] = round(float(strong[0]), 3)
        facts["e_strength"] = round(float(strong[1]), 3)
        mean = np.maximum(amounts, 0).mean(axis=1)
        facts["h_share"] = round(float(mean[0] / max(mean.sum(), 1e-6)), 3)
    return facts


METRIC = Metric(
    "slide_stain", "OD", SLIDES, worse="low", look=sample, sum_up=sum_up, scale="log", floor=0.05
)
