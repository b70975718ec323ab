"""Ask an assist on images as the platform keeps them; for another process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from renkei.annotate.assist import assists
from renkei.annotate.assistant import Example, Question, Voxel, propose
from renkei.annotate.view import geometry_of_header
from renkei.imaging.labels import unpack
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.volume import Volume
from renkei.plugins import by_name


@dataclass(frozen=True, slots=True)
class Kept:
    """An image as the platform keeps it: header, and int16 little-endian voxels (z, y, x)."""

    header: dict[str, Any]
    voxels: bytes


def volume_of(kept: Kept) -> Volume:
    """Return the volume of a kept image, in HU or stored values."""
    header = kept.header
    grid = geometry_of_header(header)
    voxels = np.frombuffer(kept.voxels, dtype="<i2").reshape(grid.shape)
    slope, intercept = float(header["slope"]), float(header["intercept"])
    if (slope, intercept) != (1.0, 0.0):
        voxels = voxels * np.float32(slope) + np.float32(intercept)
    return Volume(voxels, grid, str(header["modality"]), sop_uids=tuple(header["sop_uids"]))


def ask(
    assist: str,
    key: str,
    image: Kept,
    points: Sequence[Voxel],
    examples: Sequence[tuple[Kept, bytes]],
) -> bytes:
    """Return the mask that an assist proposes as packed bits in scan order.

    Raises:
        NoSuchPluginError: There is no such assist.
        AssistRefusedError: It does not know such images, or lacks what it works from.
    """
    question = Question(
        volume=volume_of(image),
        key=key,
        points=tuple(points),
        examples=tuple(Example(volume_of(kept), unpack(labels)) for kept, labels in examples),
    )
    return np.packbits(propose(by_name(assists(), assist), question)).tobytes()


def volume_file(kept: Kept) -> bytes:
    """Return a kept image as NIfTI."""
    return nifti_bytes(volume_of(kept))
