"""Known noise is found again, more noise never reads less, and a sham copy reads the same."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume, read_series
from renkei.select.metric import Case
from renkei.select.metrics.ct_noise import ct_noise, noise_of_slice

SAMPLES = Path("samples/ct_dicom")


def phantom(sd: float, *, seed: int = 0, size: int = 512) -> np.ndarray:
    y, x = np.mgrid[:size, :size]
    body = (y - size / 2) ** 2 + (x - size / 2) ** 2 < (0.4 * size) ** 2
    noise = np.random.default_rng(seed).normal(0, sd, body.shape)
    return np.rint(np.where(body, 40.0, -1000.0) + noise).astype(np.int16)


@pytest.mark.parametrize("sd", [5, 10, 20, 40])
def test_a_known_sd_is_found_within_five_per_cent(sd: float) -> None:
    assert noise_of_slice(phantom(sd), (0.7, 0.7)) == pytest.approx(sd, rel=0.05)


@pytest.fixture(scope="module")
def real() -> Volume:
    return read_series(sorted(SAMPLES.glob("*.dcm"))[8:11])


def test_added_ct_like_noise_is_added_in_squares_and_sham_changes_nothing(real: Volume) -> None:
    """The sham copy goes the same way with level 0: shift by a fraction, back, quantise again."""
    clean = ct_noise(Case("CT", volume=real)).value
    assert clean == pytest.approx(11.4, abs=1.0)
    found = []
    for sd in (0, 5, 10, 20, 40):
        voxels = real.voxels.astype(float) + ct_like(real.voxels.shape, sd)
        noisy = replace(real, voxels=np.rint(voxels).astype(np.int16))
        found.append(ct_noise(Case("CT", volume=noisy)).value)
    assert found == sorted(found)
    assert abs(found[0] - clean) < 0.2 * (found[1] - clean)
    for sd, value in zip((10, 20, 40), found[2:], strict=True):
        assert np.sqrt(value**2 - clean**2) == pytest.approx(sd, rel=0.1)


def ct_like(shape: tuple[int, ...], sd: float) -> np.ndarray:
    """Return noise whose spectrum is that of filtered back projection: f * exp(-(f/0.25)^2)."""
    white = np.random.default_rng(3).normal(size=shape)
    f = np.hypot(np.fft.fftfreq(shape[1])[:, None], np.fft.fftfreq(shape[2])[None, :])
    shaped = np.fft.ifft2(np.fft.fft2(white) * np.sqrt(f * np.exp(-((f / 0.25) ** 2)))).real
    return sd * shaped / shaped.std()


def test_a_slice_without_soft_tissue_says_nothing() -> None:
    air = np.full((64, 64), -1000, dtype=np.int16)
    assert noise_of_slice(air, (1, 1)) is None
    volume = Volume(air[None], Geometry((1, 64, 64), (1, 1, 1)), "CT")
    measured = ct_noise(Case("CT", volume=volume))
    assert measured.value is None
    assert measured.reason == "too_little_soft_tissue"


def test_edges_are_no_noise() -> None:
    """Stripes of fat and muscle without any noise stay far below their contrast."""
    stripes = np.where(np.arange(256)[None, :] // 64 % 2, 60, -40) * np.ones((256, 1))
    smooth = ndimage.gaussian_filter(stripes, 1.0)
    assert noise_of_slice(np.rint(smooth).astype(np.int16), (1.0, 1.0)) < 2
