"""Set two copies of one instance side by side, in a process that may be killed."""

from dataclasses import dataclass

from pydicom.dataset import Dataset

from renkei.collect.relevant import RELEVANT
from renkei.errors import DataRefusedError
from renkei.imaging.dicom import pixel_sha256, read_header
from renkei.proof import digest

MOST_ROWS = 200
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Difference:
    """One element that differs: what is on record, what came, and whether it changes the image."""

    element: str
    on_record: str | None
    came: str | None
    relevant: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two copies; None = one of them has no pixels that can be read."""

    pixels_equal: bool | None
    differences: tuple[Difference, ...]


def compare_copies(on_record: bytes, came: bytes) -> Comparison:
    """Return what differs, what changes the image first, at most 200 elements.

    Raises:
        DataRefusedError: One of them cannot be read.
    """
    left, right = read_header(on_record), read_header(came)
    tags = sorted({e.tag for e in left} | {e.tag for e in right})
    found = []
    for tag in tags:
        before, now = _said(left, tag), _said(right, tag)
        if before != now:
            name = (left if tag in left else right)[tag].keyword or f"{tag:08X}"
            found.append(Difference(name, before, now, name in RELEVANT))
    found = [one for one in found if one.element != "PixelData"]
    found.sort(key=lambda one: not one.relevant)
    return Comparison(_same_pixels(left, right), tuple(found[:MOST_ROWS]))


def _same_pixels(left: Dataset, right: Dataset) -> bool | None:
    try:
        return pixel_sha256(left) == pixel_sha256(right)
    except DataRefusedError:
        return None


def _said(dataset: Dataset, tag: int) -> str | None:
    if tag not in dataset:
        return None
    element = dataset[tag]
    if element.VR == "SQ":
        return f"{len(element.value)} × {_hash_of(element)}"
    return str(element.repval).strip("'")[:LONGEST]


def _hash_of(element: object) -> str:
    return digest(str(element).encode())[:8]
