"""A series for the browser's slice viewer: one header, and slabs of 16 slices as int16."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.dicomweb.render import Look, picture
from renkei.imaging.nifti import read_nifti
from renkei.imaging.stack import StackCode
from renkei.imaging.volume import SeriesRefusedError, Volume, read_series

SLAB = 16
SMALL_PX = 192
LEVEL = 1
MOST_INT16 = 32_000
# Stacks like these are shown slice by slice and never cut across.
UNEVEN = (StackCode.TILT, StackCode.IRREGULAR_SPACING, StackCode.MISSING_SLICE)


@dataclass(frozen=True, slots=True)
class Slabs:
    """What the viewer needs: `header` as JSON, each slab gzipped, little endian, (z, y, x)."""

    header: dict[str, Any]
    slabs: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Return the bytes that it holds."""
        return sum(len(slab) for slab in self.slabs)


def slabs_of(files: Sequence[bytes], *, nifti: bool = False, modality: str = "") -> Slabs:
    """Read the files of a series and cut them; for outside bytes, in a child.

    Of a tilted or uneven stack the header says in `only_acquired` what is wrong.

    Raises:
        DataRefusedError: They make no regular volume.
    """
    if nifti:
        return cut(read_nifti(files[0], modality=modality))
    try:
        return cut(read_series(files))
    except SeriesRefusedError as error:
        reasons = error.facts.get("reasons")
        why = [str(code) for code in reasons] if isinstance(reasons, list) else []
        if not why or not set(UNEVEN).issuperset(why):
            raise
    # Each slice is as it was acquired; only what lies between them would be drawn wrongly.
    return cut(read_series(files, accept=UNEVEN), only_acquired=why)


def cut(volume: Volume, only_acquired: Sequence[str] = ()) -> Slabs:
    """Cut a volume into slabs; stored * slope + intercept gives its values back."""
    import imagecodecs

    stored, slope, intercept = _as_int16(volume.voxels)
    place = volume.geometry
    centre, width = volume.facts.window or _window(volume.voxels)
    header = {
        "shape": place.shape,
        "spacing": place.spacing,
        "origin": place.origin,
        "direction": place.direction,
        "orientation": place.orientation,
        "modality": volume.modality,
        "unit": volume.facts.unit,
        "sop_uids": volume.sop_uids,
        "window": {"center": centre, "width": width},
        "slope": slope,
        "intercept": intercept,
        "slab": SLAB,
        "inverted": volume.facts.inverted,
        "only_acquired": list(only_acquired),
        "made": volume.facts.made,
        "synthetic": volume.facts.synthetic,
    }
    slabs = tuple(
        bytes(imagecodecs.gzip_encode(stored[z : z + SLAB].tobytes(), level=LEVEL))
        for z in range(0, len(stored), SLAB)
    )
    return Slabs(header, slabs)


def small_picture(slabs: Slabs, number: int) -> bytes:
    """Return one slice as a JPEG of at most 192 pixels, as the viewer first shows it."""
    import imagecodecs

    _, height, width = slabs.header["shape"]
    slab = np.frombuffer(imagecodecs.gzip_decode(slabs.slabs[number // SLAB]), "<i2")
    stored = slab.reshape(-1, height, width)[number % SLAB]
    values = stored * slabs.header["slope"] + slabs.header["intercept"]
    window = slabs.header["window"]
    share = (values - window["center"]) / max(window["width"], 1e-6) + 0.5
    grey = np.clip(share * 255, 0, 255).astype(np.uint8)
    along = np.ravel(slabs.header["direction"])
    # The patient's right is on the left and the front above, as in the viewer.
    grey = grey[:, ::-1] if along[0] < 0 else grey
    grey = grey[::-1] if along[4] < 0 else grey
    return picture(grey, Look(viewport=(SMALL_PX, SMALL_PX)))


def _as_int16(voxels: NDArray[Any]) -> tuple[NDArray[np.int16], float, float]:
    if voxels.dtype == np.int16:
        return voxels.astype("<i2", copy=False), 1.0, 0.0
    low, high = float(voxels.min()), float(voxels.max())
    slope = (high - low) / (2 * MOST_INT16) or 1.0
    middle = (high + low) / 2
    stored = np.rint((voxels.astype(np.float64) - middle) / slope).astype("<i2")
    return stored, slope, middle


def _window(voxels: NDArray[Any]) -> tuple[float, float]:
    """Show the middle 98 % of a sample where the header names no window."""
    sample = voxels.ravel()[:: max(1, voxels.size // 200_000)]
    low, high = (float(v) for v in np.percentile(sample, (1, 99)))
    return (low + high) / 2, max(high - low, 1.0)
