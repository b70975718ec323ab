"""The sample scans, and series made from them."""

from pathlib import Path

import numpy as np
import pytest

from renkei.imaging.geometry import Geometry
from renkei.imaging.made import write_ct_series
from renkei.imaging.volume import Volume

SAMPLES = Path("samples")


@pytest.fixture(scope="session")
def ct_files() -> list[Path]:
    """Return the sample CT, 20 files."""
    return sorted((SAMPLES / "ct_dicom").glob("*.dcm"))


@pytest.fixture(scope="session")
def mr_files() -> list[Path]:
    """Return the sample MR, 20 files."""
    return sorted((SAMPLES / "mr_dicom").glob("*.dcm"))


def small_volume(slices: int = 8, seed: int = 0) -> Volume:
    """Return a small CT of random HU in an ordinary place."""
    shape = (slices, 12, 10)
    voxels = np.random.default_rng(seed).integers(-1000, 2000, shape).astype(np.int16)
    return Volume(voxels, Geometry(shape, (2.5, 0.8, 0.7), (-3.5, -4.0, 100.0)), "CT")


@pytest.fixture(scope="session")
def small() -> Volume:
    """Return a small CT."""
    return small_volume()


@pytest.fixture(scope="session")
def small_files(small: Volume) -> list[bytes]:
    """Return the small CT as eight DICOM files."""
    return write_ct_series(small, {"PatientID": "P1", "PatientName": "山田^太郎"})
