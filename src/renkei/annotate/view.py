"""Read the image of a task once: a header for the browser, and voxels as int16, z by z."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from renkei.annotate.files import read_dicom
from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume

SLAB = 16
INT16 = np.iinfo(np.int16)


def read_task_image(files: Sequence[bytes], source: str, modality: str) -> Volume:
    """Read the files of a series; call this through `renkei.compute`.

    Raises:
        DataRefusedError: They make no regular volume.
    """
    if source == "nifti":
        return read_nifti(files[0], modality=modality)
    return read_dicom(files)[0]


def prepare_image(
    files: Sequence[bytes], source: str, modality: str
) -> tuple[dict[str, Any], bytes]:
    """Return the header of an image and its voxels as int16 little-endian, (z, y, x).

    Shown values are stored · slope + intercept; floating point is quantised for display only.
    """
    volume = read_task_image(files, source, modality)
    stored, slope, intercept = _quantised(volume.voxels)
    low, high = (
        float(v) for v in np.percentile(volume.voxels[:: SLAB // 4].astype(np.float32), (1, 99))
    )
    grid = volume.geometry
    header = {
        "shape": list(grid.shape),
        "spacing": list(grid.spacing),
        "origin": list(grid.origin),
        "direction": list(grid.direction),
        "slab": SLAB,
        "slope": slope,
        "intercept": intercept,
        "modality": modality or volume.modality,
        "window": [40.0, 400.0] if modality == "CT" else [(low + high) / 2, max(1.0, high - low)],
        "inverted": volume.facts.inverted,
        "sop_uids": list(volume.sop_uids),
        "frame_of_reference_uid": volume.frame_of_reference_uid,
    }
    return header, stored.astype("<i2").tobytes()


def _quantised(voxels: np.ndarray) -> tuple[np.ndarray, float, float]:
    if np.issubdtype(voxels.dtype, np.integer):
        low, high = int(voxels.min()), int(voxels.max())
        if INT16.min <= low and high <= INT16.max:
            return voxels.astype(np.int16), 1.0, 0.0
    low_f, high_f = float(voxels.min()), float(voxels.max())
    slope = (high_f - low_f) / (INT16.max - INT16.min) or 1.0
    intercept = low_f - INT16.min * slope
    return np.rint((voxels - intercept) / slope).astype(np.int16), slope, intercept


def geometry_of_header(header: dict[str, Any]) -> Geometry:
    """Return the grid that a header describes."""
    shape, spacing, origin = header["shape"], header["spacing"], header["origin"]
    return Geometry(
        (shape[0], shape[1], shape[2]),
        (spacing[0], spacing[1], spacing[2]),
        (origin[0], origin[1], origin[2]),
        tuple(header["direction"]),
    )


def grid_of_header(header: dict[str, Any]) -> Volume:
    """Return the grid that a header describes as a volume whose voxels are all nought."""
    geometry = geometry_of_header(header)
    empty = np.broadcast_to(np.int16(0), geometry.shape)
    return Volume(empty, geometry, header["modality"], sop_uids=tuple(header["sop_uids"]))
