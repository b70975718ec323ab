"""CT noise per slice: our filter beside the Laplacian estimate on scipy, and how true both are."""

from pathlib import Path

import numpy as np
from scipy.ndimage import convolve

from bench.measure import Row, cpu_in_turns
from renkei.imaging.volume import read_series
from renkei.select.metrics.ct_noise import noise_of_slice

ROOT = Path(__file__).parents[1]
SIGMA = 20.0
LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)


def estimate_sigma(plane):
    """Return the noise by Immerkær's mask (Computer Vision and Image Understanding 64, 1996)."""
    height, width = plane.shape
    total = np.abs(convolve(plane.astype(np.float32), LAPLACE)).sum()
    return float(np.sqrt(np.pi / 2) * total / (6 * (width - 2) * (height - 2)))


def run():
    volume = read_series(sorted((ROOT / "samples" / "ct_dicom").glob("*.dcm")))
    spacing = volume.geometry.spacing[1:]
    plane = volume.voxels[10]
    mine, theirs = cpu_in_turns(
        lambda: noise_of_slice(plane, spacing),
        lambda: estimate_sigma(plane),
        rounds=21,
    )
    name = "Laplacian (Immerkær), scipy"
    yield Row("noise", "CT slice 512²", mine * 1e3, name, theirs * 1e3, "CPU ms/slice")
    random = np.random.default_rng(0)
    noisy = plane + random.normal(0, SIGMA, plane.shape)
    before, after = noise_of_slice(plane, spacing), noise_of_slice(noisy, spacing)
    added = float(np.sqrt(after**2 - before**2))
    there = float(np.sqrt(max(0, estimate_sigma(noisy) ** 2 - estimate_sigma(plane) ** 2)))
    case = f"noise found back of {SIGMA:g} HU added"
    yield Row("noise", case, added, name, there, "HU")
