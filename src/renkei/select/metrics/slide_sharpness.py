"""Sharpness of a slide: how much of a tissue tile's power lies in fine detail."""

import numpy as np
from numpy.typing import NDArray

from renkei.select.metric import Case, Measured, Metric, not_applicable
from renkei.select.tiles import tissue_tiles

FINE = 0.15
COARSE = 0.01
LEAST_TILES = 5


def fine_share(grey: NDArray[np.uint8]) -> float:
    """Return the share of spectral power above 0.15 cycles per pixel in a grey tile (y, x).

    The mean is removed and a Hann window applied first; power below 0.01 cycles per pixel counts
    in neither sum, so that lighting plays no part.
    """
    plane = grey.astype(np.float32) - np.float32(grey.mean())
    window = np.outer(np.hanning(grey.shape[0]), np.hanning(grey.shape[1])).astype(np.float32)
    power = np.abs(np.fft.rfft2(plane * window)) ** 2
    fy = np.fft.fftfreq(grey.shape[0])[:, None]
    fx = np.fft.rfftfreq(grey.shape[1])[None, :]
    frequency = np.hypot(fy, fx)
    total = float(power[frequency > COARSE].sum())
    return float(power[frequency > FINE].sum()) / total if total > 0 else 0.0


def slide_sharpness(case: Case) -> Measured:
    """Return the median share of fine detail over tissue tiles, in per cent.

    It depends on scanner, stain and compression: compare it only inside a stratum.
    """
    if case.slide is None:
        return not_applicable("no_slide")
    shares = [100 * fine_share(tile) for tile in tissue_tiles(case.slide)]
    if len(shares) < LEAST_TILES:
        return not_applicable("too_little_tissue")
    return Measured(
        value=round(float(np.median(shares)), 4),
        n=len(shares),
        facts={"p10": round(float(np.percentile(shares, 10)), 4)},
    )


METRIC = Metric(
    "slide_sharpness",
    "%",
    frozenset({"SM"}),
    worse="low",
    measure=slide_sharpness,
    scale="log",
    floor=0.05,
)
