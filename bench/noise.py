"""CT noise per slice: our filter beside scikit-image's noise estimate, and how true both are."""

from pathlib import Path

import numpy as np
from skimage.restoration import estimate_sigma

from bench.measure import Row, cpu_in_turns
from renkei.imaging.volume import read_series
from renkei.select.metrics.ct_noise import noise_of_slice

ROOT = Path(__file__).parents[1]
SIGMA = 20.0


def run():
    volume = read_series(sorted((ROOT / "samples" / "ct_dicom").glob("*.dcm")))
    spacing = volume.geometry.spacing[1:]
    plane = volume.voxels[10]
    mine, theirs = cpu_in_turns(
        lambda: noise_of_slice(plane, spacing),
        lambda: estimate_sigma(plane.astype(np.float32)),
        rounds=21,
    )
    name = "skimage.estimate_sigma"
    yield Row("noise", "CT slice 512²", mine * 1e3, name, theirs * 1e3, "CPU ms/slice")
    random = np.random.default_rng(0)
    noisy = plane + random.normal(0, SIGMA, plane.shape)
    before, after = noise_of_slice(plane, spacing), noise_of_slice(noisy, spacing)
    added = float(np.sqrt(after**2 - before**2))
    there = float(np.sqrt(max(0, estimate_sigma(noisy) ** 2 - estimate_sigma(plane * 1.0) ** 2)))
    case = f"noise found back of {SIGMA:g} HU added"
    yield Row("noise", case, added, name, there, "HU")
