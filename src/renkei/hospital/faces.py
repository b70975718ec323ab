"""Which files of a run belong to a series that shows a face, and where the face is in them."""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from renkei.deid.charset import UndecodableError, decode
from renkei.deid.exact import parse_file
from renkei.deid.face import HeadFacts, find_faces, shows_face
from renkei.deid.mask import Cover
from renkei.deid.parse import Element, MalformedError
from renkei.deid.source import FRAME_UID, META_UID, MODALITY, SERIES_UID, SOP_UID, walk
from renkei.errors import DataRefusedError, TimeLimitError

# Requested and performed procedure, protocol, study, series, body part: what a scan was of.
_WORDS = frozenset({0x00081030, 0x0008103E, 0x00180015, 0x00181030, 0x00321060, 0x00400254})
_POSITION, _ORIENTATION, _SPACING = 0x00200032, 0x00200037, 0x00280030
_ROWS, _COLUMNS = 0x00280010, 0x00280011
_NAMED = frozenset({MODALITY, SOP_UID, SERIES_UID, FRAME_UID})
_TOLD = _WORDS | {_POSITION, _ORIENTATION, _SPACING}
# Regions of this many series are kept: files of one series rarely lie far apart.
KEPT = 4
VISIBLE = "face_visible"


@dataclass(slots=True)
class _Stack:
    rows: int
    columns: int
    modality: str
    words: set[str] = field(default_factory=set)
    field_mm: float = 0.0
    low: float = np.inf
    high: float = -np.inf
    slices: int = 0
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def facts(self) -> HeadFacts:
        extent = max(0.0, self.high - self.low)
        return HeadFacts(self.modality, " ".join(self.words), self.field_mm, extent, self.slices)


class Faces:
    """What one run knows of heads: nothing before `scan`."""

    def __init__(self) -> None:
        self._of: dict[Path, _Stack] = {}
        self._regions: dict[int, Mapping[str, bytes] | None] = {}
        self._deface = False

    def scan(self, paths: Iterable[Path], *, deface: bool) -> None:
        """Read the headers of CT and MR files, and remember those of series that show a face."""
        self._deface = deface
        stacks: dict[str, _Stack] = {}
        for path in paths:
            _note(path, stacks)
        heads = [stack for stack in stacks.values() if shows_face(stack.facts)]
        self._of = {path: stack for stack in heads for path in stack.files.values()}

    def cover(self, path: Path) -> Cover | None:
        """Return what is covered of the face in a file; None when nothing is.

        A face that cannot be placed gives a cover without regions, by which the file is held.
        """
        stack = self._of.get(path)
        if stack is None or not self._deface:
            return None
        regions = self._regions_of(stack)
        return None if regions is None else Cover(stack.rows, stack.columns, faces=regions)

    def notes(self, path: Path) -> tuple[str, ...]:
        """Return the codes that a clean file carries: a face may be seen in it."""
        return (VISIBLE,) if path in self._of and self.cover(path) is None else ()

    def _regions_of(self, stack: _Stack) -> Mapping[str, bytes] | None:
        number = id(stack)
        if number not in self._regions:
            while len(self._regions) >= KEPT:
                del self._regions[next(iter(self._regions))]
            try:
                # Nothing of the face in the field: nothing is covered, and nothing is claimed.
                self._regions[number] = find_faces(list(stack.files.values())) or None
            except (DataRefusedError, TimeLimitError):
                self._regions[number] = {}
        return self._regions[number]


def _note(path: Path, stacks: dict[str, _Stack]) -> None:
    with path.open("rb") as file:
        head = file.read(132)
    if head[128:] != b"DICM" and head[:2] not in {b"\x02\0", b"\x08\0"}:
        return
    try:
        parsed = parse_file(path)
        said = {e.tag: _plain(e) for e in parsed.elements if e.tag in _NAMED}
        modality = said.get(MODALITY, "")
        if modality in {"CT", "MR"} and parsed.pixels is not None:
            sop = said.get(SOP_UID) or parsed.meta.get(META_UID, b"").decode("ascii").strip(" \0")
            series = said.get(SERIES_UID) or said.get(FRAME_UID, "")
            _add(path, parsed.elements, modality, sop, series, stacks)
    except (MalformedError, ValueError, struct.error):
        # Such a file is held when its turn comes.
        return


def _add(
    path: Path,
    elements: list[Element],
    modality: str,
    sop_uid: str,
    series: str,
    stacks: dict[str, _Stack],
) -> None:
    found = list(walk(elements, (), _TOLD))
    numbers = {e.tag: int.from_bytes(e.value[:2], "little") for e in elements
               if e.tag in {_ROWS, _COLUMNS}}  # fmt: skip
    rows, columns = numbers.get(_ROWS, 0), numbers.get(_COLUMNS, 0)
    stack = stacks.setdefault(f"{series} {rows} {columns}", _Stack(rows, columns, modality))
    if sop_uid in stack.files:
        return
    stack.files[sop_uid] = path
    stack.words |= {_word(e, sets) for e, sets in found if e.tag in _WORDS}
    spacing = [_floats(e) for e, _ in found if e.tag == _SPACING]
    if spacing and len(spacing[0]) == 2:
        stack.field_mm = max(stack.field_mm, rows * spacing[0][0], columns * spacing[0][1])
    axes = next((_floats(e) for e, _ in found if e.tag == _ORIENTATION), [])
    normal = np.cross(axes[:3], axes[3:]) if len(axes) == 6 else np.array([0.0, 0.0, 1.0])
    places = [_floats(e) for e, _ in found if e.tag == _POSITION]
    for place in (place for place in places if len(place) == 3):
        along = float(np.dot(normal, place))
        stack.low, stack.high = min(stack.low, along), max(stack.high, along)
        stack.slices += 1


def _plain(element: Element) -> str:
    return element.value.decode("ascii", "replace").strip(" \0")


def _word(element: Element, charsets: tuple[str, ...]) -> str:
    try:
        return decode(element.value, charsets)
    except UndecodableError:
        return ""


def _floats(element: Element) -> list[float]:
    parts = element.value.decode("ascii").strip(" \0").split("\\")
    return [float(part) for part in parts if part.strip()]
