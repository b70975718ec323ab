"""Faces in head CT and MR: tell which series show one, and cut it away below a plane.

A plane from the brow to below the ear is laid through the head, as in Bischoff-Grethe et al. 2007
and Schimke et al. 2011, and what lies in front of it becomes air. This lowers the risk that
somebody is recognised; it does not remove it: ears, the shape of the head and the teeth behind the
plane stay.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from renkei import child
from renkei.errors import DataRefusedError
from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume, read_series

_HEAD = re.compile(
    r"HEAD|BRAIN|SKULL|CRANI|CEREBR|FACE|FACIAL|MAXILL|ORBIT|SINUS|NEURO|PITUIT|NECK|IAC\b|"
    r"頭|脳|顔|眼窩|副鼻腔|側頭骨|内耳|聴神経|下垂体|顎|頸部"
)
_OTHER = re.compile(
    r"CHEST|LUNG|THORA|ABDOM|LIVER|KIDNEY|PELVI|KNEE|HIP\b|SHOULDER|ANKLE|FOOT|WRIST|HAND\b|ELBOW|"
    r"HEART|CARDIA|CORONAR|BREAST|PROSTAT|SPINE|LUMBAR|COLON|AORTA|BODY|"
    r"胸|肺|腹|肝|腎|骨盤|膝|股関節|肩|足|手|肘|心|乳|前立腺|脊椎|腰|大腸|大動脈|体幹"
)
MIN_SLICES, MIN_EXTENT_MM = 12, 60.0
HEAD_FIELD_MM, HEAD_EXTENT_MM = (150.0, 300.0), (100.0, 300.0)
NAMED_FIELD_MM = 400.0
GRID_MM = 3.0
AIR_HU = -300.0
# An adult head is 185 mm long; the brow lies 85 mm below the vertex, and the plane falls to 150 mm
# at 85 mm behind the brow, in front of the ear canal (mm; smaller heads in proportion).
HEAD_LENGTH, BROW, FALL, DEPTH, BEHIND = 185.0, 85.0, 65.0 / 85.0, 95.0, 6.0
CUT_OFF = 0.8  # a first plane this wide, beside the widest, says nothing of where the top is
FLAT = 0.7  # the top of a head is flatter than a ball
SECONDS, MEMORY_MB = 300.0, 4096
Mask = NDArray[np.bool_]


class NoFaceFoundError(DataRefusedError):
    """The face cannot be placed: the head is cut off, tilted, or is no head."""


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """What the headers of one series say: words, and its size in mm."""

    modality: str
    words: str
    field_mm: float
    extent_mm: float
    slices: int


def shows_face(facts: HeadFacts) -> bool:
    """Tell whether a series can be drawn as a face: by words and by size, never by words alone."""
    if facts.modality not in {"CT", "MR"}:
        return False
    if facts.slices < MIN_SLICES or facts.extent_mm < MIN_EXTENT_MM:
        return False
    words = facts.words.upper()
    if _HEAD.search(words):
        return facts.field_mm <= NAMED_FIELD_MM
    low, high = HEAD_FIELD_MM
    least, most = HEAD_EXTENT_MM
    sized = low <= facts.field_mm <= high and least <= facts.extent_mm <= most
    return sized and not _OTHER.search(words)


def find_faces(files: Sequence[Path]) -> Mapping[str, bytes]:
    """Return the region of the face by SOP instance UID, as bits; empty when none is in the field.

    Raises:
        NoFaceFoundError: The head cannot be placed.
        DataRefusedError, TimeLimitError: The series makes no volume, or not in time.
    """
    return child.call(face_regions, list(files), seconds=SECONDS, memory_mb=MEMORY_MB)


def face_regions(files: Sequence[Path | bytes]) -> dict[str, bytes]:
    """Return the region of the face by SOP instance UID, here and without limits."""
    volume = read_series(files)
    region = face_of(volume)
    if not region.any():
        return {}
    return {
        uid: np.packbits(plane).tobytes()
        for uid, plane in zip(volume.sop_uids, region, strict=True)
    }


def face_of(volume: Volume) -> Mask:
    """Return (z, y, x), true where the face is.

    Raises:
        NoFaceFoundError: The head is cut off at the top, or the axes lie too far from the body's.
    """
    order, flips = _axes(volume.geometry)
    seen = np.flip(volume.voxels.transpose(order), flips)
    steps = np.array(volume.geometry.spacing)[list(order)]
    stride = [max(1, round(GRID_MM / step)) for step in steps]
    coarse = seen[:: stride[0], :: stride[1], :: stride[2]].astype(np.float32)
    grid = steps * stride
    skin = coarse > _air(coarse, volume.modality)
    head = _solid(skin)
    # In CT the rest that the head lies on would lengthen it; in MR the dark skull parts the scalp.
    rear = head if volume.modality == "CT" else skin
    vertex, brow, scale = _landmarks(head, skin, rear, grid)
    down = np.arange(seen.shape[0]) * steps[0] - vertex
    behind = np.arange(seen.shape[1]) * steps[1] - brow
    plane = scale * BROW + FALL * np.maximum(0, behind - BEHIND)
    cut = (down[:, None] > plane[None, :]) & (behind < scale * DEPTH)[None, :]
    region = np.broadcast_to(cut[:, :, None], seen.shape)
    touched = region[:: stride[0], :: stride[1], :: stride[2]] & head
    if not touched.any():
        return np.zeros(volume.voxels.shape, dtype=np.bool_)
    back: Mask = np.flip(region, flips).transpose(np.argsort(order))
    return back


def _axes(geometry: Geometry) -> tuple[tuple[int, int, int], tuple[int, ...]]:
    """Return which axes of (z, y, x) run down, backwards and sideways, and which to turn round."""
    # Columns are the directions of x, y, z in the patient: to the left, to the back, to the head.
    direction = np.array(geometry.direction).reshape(3, 3)[:, ::-1]
    order = tuple(int(np.abs(direction[row]).argmax()) for row in (2, 1, 0))
    along = [direction[row, axis] for row, axis in zip((2, 1, 0), order, strict=True)]
    if len(set(order)) != 3 or min(map(abs, along)) < 0.8:
        raise NoFaceFoundError("The slices are too oblique.")
    flips = tuple(n for n, value in enumerate(along) if (value > 0) == (n == 0))
    return (order[0], order[1], order[2]), tuple(n for n in flips if n < 2)


def _air(coarse: NDArray[np.float32], modality: str) -> float:
    if modality == "CT":
        return AIR_HU
    # Otsu's threshold parts noise from tissue; the head is most of what shines.
    counts, edges = np.histogram(coarse, bins=128)
    middle = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    # Half of it: fat and skin are darker than the brain in many sequences.
    return float(middle[np.nanargmax(apart)]) / 2


def _solid(mask: Mask) -> Mask:
    """Remove what is thinner than the grid's six millimetres: head rests, noise."""
    for axis in (0, 1, 2):
        # What lies beyond the field is taken to go on as it does at its edge.
        wide = np.pad(mask, [(1, 1) if axis == n else (0, 0) for n in range(3)], mode="edge")
        count = mask.shape[axis]
        before, after = (wide.take(range(at, at + count), axis) for at in (0, 2))
        mask = mask & before & after
    return mask


def _landmarks(
    head: Mask, skin: Mask, rear: Mask, grid: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Return where the vertex and the brow lie (mm from the first plane), and the head's scale.

    The length is taken from the first of `skin` to the last of `rear`.
    """
    areas = head.sum(axis=(1, 2)) * grid[1] * grid[2]
    found = np.flatnonzero(areas > 500)
    # Further down the neck and shoulders begin; the widest plane of a head lies above that.
    widest = float(areas[found[0] : found[0] + int(120 / grid[0])].max()) if found.size else 0.0
    if not found.size or areas[found[0]] > CUT_OFF * widest:
        raise NoFaceFoundError("The head is cut off at the top.")
    # The top of a head is nearly a ball: the area of the first plane tells what lies above it.
    vertex = float(found[0] * grid[0]) - _cap(float(areas[found[0]]), widest)
    high, low = (max(0, int((vertex + mm) / grid[0])) for mm in (35.0, 75.0))
    level = slice(high, max(low, high + 1))
    first, last = (
        np.flatnonzero(mask[level].sum(axis=(0, 2)) * grid[2] * grid[0] > 300)
        for mask in (skin, rear)
    )
    if not first.size or not last.size:
        raise NoFaceFoundError("There is no forehead in the field.")
    brow = float(first[0] * grid[1])
    length = float((last[-1] + 1) * grid[1]) - brow
    return vertex, brow, min(1.1, max(0.6, length / HEAD_LENGTH))


def _cap(area: float, widest: float) -> float:
    """Return the height (mm) of a ball's cap from its area and that of the widest plane (mm²)."""
    radius = (widest / np.pi) ** 0.5
    return float(FLAT * (radius - max(0.0, radius**2 - area / np.pi) ** 0.5))
