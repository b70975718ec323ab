"""A small made case and the real pair, read once."""

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
