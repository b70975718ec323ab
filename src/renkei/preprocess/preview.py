"""Before and after as one picture each: a slice with its labels, or a pair as a chessboard."""

from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from renkei.imaging.labels import LabelSet
from renkei.imaging.volume import Volume
from renkei.preprocess.grid import carry_image
from renkei.preprocess.held import Scan

SOFT_HU = (-160.0, 240.0)
SQUARES = 8
LONGEST = 512
# Distinct on grey for the common kinds of colour blindness (Okabe-Ito without black).
COLOURS = np.array(
    [
        (230, 159, 0),
        (86, 180, 233),
        (0, 158, 115),
        (240, 228, 66),
        (0, 114, 178),
        (213, 94, 0),
        (204, 121, 167),
    ]
)
Picture = NDArray[np.uint8]


def before_and_after(before: Scan, after: Scan) -> tuple[bytes, bytes]:
    """Return two PNG files of one place: the slice with most of the labels, else the middle."""
    z = _best_slice(before)
    ny, nx = before.image.geometry.shape[1:]
    place = before.image.geometry.point(z, (ny - 1) / 2, (nx - 1) / 2)
    there = round(after.image.geometry.index(place)[0])
    there = min(max(there, 0), after.image.geometry.shape[0] - 1)
    return _png(_slice(before, z)), _png(_slice(after, there))


def pair_before_and_after(fixed: Volume, before: Volume, after: Volume) -> tuple[bytes, bytes]:
    """Return two PNG files: squares of both scans by turns, as they came and as aligned."""
    z = fixed.geometry.shape[0] // 2
    came = carry_image(before, fixed.geometry)
    boards = [_board(_grey(fixed, z), _grey(other, z)) for other in (came, after)]
    aspect = fixed.geometry.spacing[1] / fixed.geometry.spacing[2]
    return _png(_fit(boards[0], aspect)), _png(_fit(boards[1], aspect))


def _best_slice(scan: Scan) -> int:
    if scan.labels is not None and scan.labels.segments:
        filled = sum(segment.mask.sum(axis=(1, 2)) for segment in scan.labels.segments)
        if np.any(filled):
            return int(np.argmax(filled))
    return scan.image.geometry.shape[0] // 2


def _slice(scan: Scan, z: int) -> Picture:
    picture = np.repeat(_grey(scan.image, z)[..., None], 3, axis=2)
    if scan.labels is not None:
        picture = _tinted(picture, scan.labels, z)
    spacing = scan.image.geometry.spacing
    return _fit(picture, spacing[1] / spacing[2])


def _grey(image: Volume, z: int) -> Picture:
    plane: NDArray[Any] = image.voxels[z].astype(np.float32)
    if image.modality == "CT" and float(plane.max()) > 1.0:
        low, high = SOFT_HU
    else:
        low, high = (float(v) for v in np.percentile(plane, [1, 99.5]))
    scaled = np.clip((plane - low) / max(high - low, 1e-6), 0, 1)
    grey: Picture = (scaled * 255).astype(np.uint8)
    return grey


def _tinted(picture: Picture, labels: LabelSet, z: int) -> Picture:
    tinted = picture.astype(np.float32)
    for i, segment in enumerate(labels.segments):
        mask = segment.mask[z]
        tinted[mask] = 0.65 * tinted[mask] + 0.35 * COLOURS[i % len(COLOURS)]
    return tinted.astype(np.uint8)


def _board(one: Picture, two: Picture) -> Picture:
    y, x = np.indices(one.shape)
    side = max(1, max(one.shape) // SQUARES)
    return np.where((y // side + x // side) % 2 == 0, one, two).astype(np.uint8)


def _fit(picture: Picture, aspect: float) -> Picture:
    """Return the picture with square pixels, its longer side near 512, by the nearest pixel."""
    height, width = picture.shape[0] * aspect, float(picture.shape[1])
    scale = LONGEST / max(height, width)
    rows = np.linspace(0, picture.shape[0] - 1, max(1, round(height * scale))).round().astype(int)
    columns = np.linspace(0, picture.shape[1] - 1, max(1, round(width * scale))).round().astype(int)
    fitted: Picture = picture[rows][:, columns]
    return fitted


def _png(picture: Picture) -> bytes:
    return bytes(imagecodecs.png_encode(np.ascontiguousarray(picture)))
