"""A fingerprint survives what a copy goes through; other slices stay far away."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from renkei.imaging.dicom import pixel_sha256
from renkei.imaging.nifti import read_nifti
from renkei.select.case import Plane, case_of_files
from renkei.select.fingerprint import Fingerprint, distance, fingerprint

CT = sorted(Path("samples/ct_dicom").glob("*.dcm"))[::9]


def of(pixels: np.ndarray) -> Fingerprint:
    return fingerprint(Plane(0, pixels, pixels, (1.0, 1.0)), hounsfield=True)


@pytest.fixture(scope="module")
def slices() -> list[np.ndarray]:
    chest = read_nifti(Path("samples/ct_nifti/example_ct.nii.gz"), modality="CT").voxels
    abdomen = [plane.pixels for plane in case_of_files(CT).parts()]
    return [np.array(p) for p in [*chest[10:110:10], *abdomen]]


def noisy(hu: np.ndarray) -> np.ndarray:
    return hu + np.random.default_rng(1).normal(0, 20, hu.shape)


def half(hu: np.ndarray) -> np.ndarray:
    height, width = (2 * (n // 2) for n in hu.shape)
    return hu[:height, :width].reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))


def rewindowed(hu: np.ndarray) -> np.ndarray:
    return np.clip(hu, -160, 240)


def recompressed(hu: np.ndarray) -> np.ndarray:
    grey = np.uint8(np.round((rewindowed(hu).astype(float) + 160) * 255 / 400))
    lossy = imagecodecs.jpeg8_decode(imagecodecs.jpeg8_encode(grey, level=50))
    return lossy * (400 / 255) - 160


def padded(hu: np.ndarray) -> np.ndarray:
    return np.pad(hu, ((20, 4), (7, 30)), constant_values=-1000)


@pytest.mark.parametrize("copied", [noisy, half, rewindowed, recompressed, padded])
def test_a_copy_is_nearer_than_any_other_slice(slices: list[np.ndarray], copied) -> None:
    if copied is half:  # 3 mm pixels halved leave too little of a body's outline
        slices = [hu for hu in slices if min(hu.shape) > 256]
        assert len(slices) == 3
    ours = [of(hu) for hu in slices]
    theirs = [of(copied(hu)) for hu in slices]
    bits = np.array([[distance(a.phash, b.phash) for b in theirs] for a in ours])
    alike = np.array([[np.sum(a.small.astype(float) * b.small) for b in theirs] for a in ours])
    same = np.eye(len(slices), dtype=bool)
    assert bits[same].max() < bits[~same].min()
    assert alike[same].min() > alike[~same].max()
    assert bits[same].max() <= 40
    assert alike[same].min() >= 0.97


def test_a_mirror_image_is_found_by_the_flipped_hash(slices: list[np.ndarray]) -> None:
    for hu in slices:
        one, other = of(hu), of(hu[:, ::-1])
        assert distance(one.flipped, other.phash) <= 4
        assert distance(one.phash, other.phash) > 40
        assert np.sum(one.small[:, ::-1].astype(float) * other.small) > 0.99


def test_the_exact_part_is_the_hash_that_arriving_files_get() -> None:
    plane = next(case_of_files(CT[:1]).parts())
    found = fingerprint(plane, hounsfield=True)
    assert found.sha256.hex() == pixel_sha256(CT[0])
    assert (len(found.phash), found.small.shape, found.small.dtype) == (32, (32, 32), np.float16)


@pytest.mark.parametrize("shape", [(8, 8), (1, 40), (512, 512)])
def test_an_even_or_empty_slice_is_plain_and_stops_nothing(shape: tuple[int, int]) -> None:
    assert of(np.zeros(shape, np.int16)).plain
    assert of(np.full(shape, np.nan, np.float32)).plain
