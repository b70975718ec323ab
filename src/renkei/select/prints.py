"""The print of a case: what every slice of a series, or the whole of a slide, looks like.

A slice is ranked before it is hashed, so that the window it was stored with matters little, and
hashed as it lies in eight positions, so that a mirrored or turned copy is found by plain distance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.stats import rankdata

from renkei.imaging.slide import open_slide, slide_file
from renkei.select.case import SLIDE, Case, Plane, case_of_files, case_of_slide
from renkei.select.fingerprint import BLOCK, fingerprint

BYTES = 32
POSITIONS = 8
# Air lies below in every CT that still has its HU; an 8-bit export has none.
AIR_HU = -500


@dataclass(frozen=True, slots=True, eq=False)
class CasePrint:
    """Prints of the slices that are not plain, in the order of the stack.

    `sha256` (n, 32) of the stored pixels and `views` (n, 8, 32) are uint8. View 0 is the slice as
    it lies; bit 1 mirrors left and right, bit 2 top and bottom, bit 4 swaps rows and columns.
    `matrix` is the rows and columns of an image.
    """

    sha256: NDArray[np.uint8]
    views: NDArray[np.uint8]
    matrix: tuple[int, int]

    def __len__(self) -> int:
        """Return how many slices can be compared."""
        return len(self.views)

    @property
    def own(self) -> NDArray[np.uint8]:
        """Return the hashes of the slices as they lie, (n, 32)."""
        return np.ascontiguousarray(self.views[:, 0])


def print_of(case: Case) -> CasePrint:
    """Return the print of a series or slide, in one pass over its pixels."""
    parts = [_whole(case)] if case.modality == SLIDE and case.slide else case.parts()
    digests: list[bytes] = []
    views: list[NDArray[np.uint8]] = []
    matrix = (0, 0)
    for plane in parts:
        if plane.pixels.size == 0:
            continue
        matrix = (plane.pixels.shape[0], plane.pixels.shape[1])
        # A NIfTI alone does not say its modality.
        hounsfield = case.modality in ("CT", "") and bool(plane.pixels.min() < AIR_HU)
        found = fingerprint(plane, hounsfield=hounsfield)
        if found.plain:
            continue
        digests.append(found.sha256)
        views.append(views_of(found.small))
    return CasePrint(
        np.frombuffer(b"".join(digests), np.uint8).reshape(-1, BYTES),
        np.array(views, np.uint8).reshape(-1, POSITIONS, BYTES),
        matrix,
    )


def print_of_slide(path: Path) -> CasePrint:
    """Return the print of a whole-slide image.

    Raises:
        SlideRefusedError: It is no slide that can be read.
    """
    with open_slide(path) as slide:
        return print_of(case_of_slide(slide))


def print_files(files: Sequence[bytes], modality: str) -> CasePrint:
    """Return the print of a series or slide held in memory."""
    if modality != SLIDE:
        return print_of(case_of_files(files, modality=modality))
    with slide_file(files[0]) as path:
        return print_of_slide(path)


def views_of(small: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return the 256-bit hashes of a thumbnail (32, 32) in its eight positions, (8, 32)."""
    ranks = rankdata(small, axis=None).reshape(small.shape)
    lowest = fft.dctn(ranks - ranks.mean(), norm="ortho")[:BLOCK, :BLOCK]
    # Mirroring changes the sign of the odd columns or rows of a cosine transform alone.
    sign = np.where(np.arange(BLOCK) % 2, -1, 1)
    found = []
    for position in range(POSITIONS):
        turned = lowest * sign if position & 1 else lowest
        turned = turned * sign[:, None] if position & 2 else turned
        turned = turned.T if position & 4 else turned
        found.append(np.packbits(turned > np.median(turned)))
    return np.array(found, np.uint8)


def _whole(case: Case) -> Plane:
    """Return a slide's overview as one plane, dark where there is no tissue."""
    dark = 255 - case.overview.mean(axis=2)
    pixels = np.where(case.tissue, dark, 0).astype(np.float32)
    return Plane(0, pixels, case.overview, (1.0, 1.0))
