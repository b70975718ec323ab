"""Faults of a stack, put into the files of a real series; the sham is written the same way."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from renkei.imaging.dicom import read_header


def rewritten(file: Path | bytes, change: Callable[[Dataset], None] = lambda _: None) -> bytes:
    """Return a file written anew with one change; without one it is the sham."""
    with disable_value_validation():
        dataset = read_header(file)
        change(dataset)
        out = BytesIO()
        dataset.save_as(out)
    return out.getvalue()


def missing(files: Sequence[bytes], at: Sequence[int]) -> list[bytes]:
    return [f for i, f in enumerate(files) if i not in at]


def repeated(files: Sequence[bytes], at: Sequence[int]) -> list[bytes]:
    return [*files, *(files[i] for i in at)]


def repeated_under_new_uid(files: Sequence[bytes], at: Sequence[int]) -> list[bytes]:
    def renamed(dataset: Dataset) -> None:
        dataset.SOPInstanceUID = generate_uid()

    return [*files, *(rewritten(files[i], renamed) for i in at)]


def jittered(files: Sequence[bytes], at: Sequence[int], share: float = 0.4) -> list[bytes]:
    """Move slices along the normal by a share of the step."""
    first, second = (read_header(f).ImagePositionPatient for f in files[:2])
    step = np.array(second, float) - np.array(first, float)

    def moved(dataset: Dataset) -> None:
        place = np.array(dataset.ImagePositionPatient, float) + share * step
        dataset.ImagePositionPatient = [round(float(v), 4) for v in place]

    return [rewritten(f, moved) if i in at else f for i, f in enumerate(files)]


def other_matrix(files: Sequence[bytes], at: Sequence[int]) -> list[bytes]:
    def halved(dataset: Dataset) -> None:
        dataset.Rows //= 2

    return [rewritten(f, halved) if i in at else f for i, f in enumerate(files)]


def other_orientation(files: Sequence[bytes], at: Sequence[int]) -> list[bytes]:
    def turned(dataset: Dataset) -> None:
        row, column = np.reshape([float(v) for v in dataset.ImageOrientationPatient], (2, 3))
        c, s = np.cos(0.1), np.sin(0.1)
        new = [*(c * row + s * column), *(c * column - s * row)]
        dataset.ImageOrientationPatient = [round(float(v), 6) for v in new]

    return [rewritten(f, turned) if i in at else f for i, f in enumerate(files)]


KINDS = {
    "missing_slice": missing,
    "duplicate_position": repeated,
    "duplicate_position under a new UID": repeated_under_new_uid,
    "irregular_spacing": jittered,
    "mixed_matrix": other_matrix,
    "mixed_orientation": other_orientation,
}
