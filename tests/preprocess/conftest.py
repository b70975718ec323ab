"""A small made case and the real pair, read once."""

from dataclasses import replace
from pathlib import Path

import pytest

from renkei.imaging.made import made_ct
from renkei.imaging.nifti import read_nifti
from renkei.preprocess import Scan

PAIR = Path("samples/pair_ct_mr")


@pytest.fixture(scope="session")
def made() -> Scan:
    """A made CT with its labels, 64 x 128 x 128."""
    return Scan(*made_ct(5))


@pytest.fixture(scope="session")
def real_ct() -> Scan:
    """The CT head of the real pair."""
    return Scan(read_nifti(PAIR / "ct_example.nii.gz", modality="CT"))


@pytest.fixture(scope="session")
def real_mr() -> Scan:
    """The same patient's MR."""
    return Scan(read_nifti(PAIR / "mri_t1_example.nii.gz", modality="MR"))


@pytest.fixture(scope="session")
def small(made: Scan) -> Scan:
    """Return the made case on every other voxel."""
    grid, every = made.image.geometry, (slice(None, None, 2),) * 3
    voxels = made.image.voxels[every]
    grid = replace(grid, shape=voxels.shape, spacing=tuple(2 * s for s in grid.spacing))
    segments = tuple(replace(s, mask=s.mask[every]) for s in made.labels.segments)
    labels = replace(made.labels, geometry=grid, segments=segments)
    return Scan(replace(made.image, voxels=voxels, geometry=grid), labels)
