"""Key images: the slice of a lesion's longest diameter, windowed, with its outline."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from renkei.annotate.facts import Facts
from renkei.annotate.lesions import components
from renkei.imaging.labels import LabelSet
from renkei.imaging.volume import Volume

WINDOWS = {"CT": (40.0, 400.0)}
COLOUR = (255, 196, 0)
WIDTH = 480


def key_images(facts: Facts, labels: LabelSet, image: Volume) -> tuple[bytes, ...]:
    """Return a PNG for each lesion in the order of the facts, which the text counts from 1."""
    masks = {
        key: components(segment.mask)
        for key in {one.key for one in facts.lesions}
        if (segment := labels.named(key)) is not None
    }
    low, high = _window(image)
    found = []
    for lesion in facts.lesions:
        z = lesion.slice - 1
        grey = np.clip((image.voxels[z].astype(np.float32) - low) / (high - low), 0, 1)
        mark = masks[lesion.key][z] == lesion.number
        found.append(_png(grey, mark, image.geometry.spacing[1:]))
    return tuple(found)


def _window(image: Volume) -> tuple[float, float]:
    if image.modality in WINDOWS:
        centre, width = WINDOWS[image.modality]
        return centre - width / 2, centre + width / 2
    low, high = np.percentile(image.voxels[::4].astype(np.float32), (1, 99))
    return float(low), float(max(high, low + 1))


def _png(grey: NDArray[np.float32], mark: NDArray[np.bool_], spacing: Sequence[float]) -> bytes:
    """Return a picture with square millimetres; the outline is drawn after enlarging."""
    import imagecodecs

    rows, columns = _places(grey.shape, spacing)
    shown = np.repeat((grey[np.ix_(rows, columns)] * 255).astype(np.uint8)[..., None], 3, axis=2)
    large = mark[np.ix_(rows, columns)]
    inner = large.copy()
    for axis in (0, 1):
        inner &= np.roll(large, 1, axis) & np.roll(large, -1, axis)
    shown[large & ~inner] = COLOUR
    return bytes(imagecodecs.png_encode(shown, level=6))


def _places(
    shape: Sequence[int], spacing: Sequence[float]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    height_mm, width_mm = shape[0] * spacing[0], shape[1] * spacing[1]
    scale = WIDTH / max(height_mm, width_mm)
    sizes = (max(1, round(height_mm * scale)), max(1, round(width_mm * scale)))
    rows, columns = (
        np.minimum(np.arange(size) * n // size, n - 1) for size, n in zip(sizes, shape, strict=True)
    )
    return rows, columns
