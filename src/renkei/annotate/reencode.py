"""What a full reader such as OHIF gives back, read into the vocabulary, and what it is given.

Frames are placed by the objects that they name, never by order. The reader names a segment or a
measurement by the vocabulary; the file's own author, codes and algorithm type are not believed.
For bytes from outside, call these through `renkei.compute`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread

from renkei.annotate.compare import label_set
from renkei.annotate.files import read_dicom
from renkei.annotate.given import read_given
from renkei.annotate.marks import Mark
from renkei.annotate.named import key_named
from renkei.annotate.strokes import Canvas, canvas_of
from renkei.annotate.view import grid_of_header
from renkei.annotate.vocabulary import Vocabulary, load_vocabulary
from renkei.dicomweb.alias import alias_of
from renkei.errors import DataRefusedError, RenkeiError
from renkei.imaging.dicom import read_header
from renkei.imaging.labels import LabelSet, pack, unpack
from renkei.imaging.seg import read_seg, write_seg
from renkei.imaging.volume import Volume

SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
DESCRIPTION = "Renkei labels"
REPORTS = "1.2.840.10008.5.1.4.1.1.88."
_NAMES = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")


class NotReturnedError(DataRefusedError):
    """The object is neither a segmentation nor a report of measurements."""


@dataclass(frozen=True, slots=True)
class Returned:
    """One object that came back: labels packed on the image's grid, or marks, or a refusal."""

    sop_class_uid: str = ""
    sop_uid: str = ""
    series_uid: str = ""
    labels: bytes | None = None
    marks: tuple[tuple[str, Mark], ...] = ()
    refused: RenkeiError | None = None


def read_returned(data: bytes, image: Mapping[str, Any], vocabulary: str, root: str) -> Returned:
    """Read an object that names the image by the aliases of a root; a refusal is in the answer."""
    try:
        dataset = read_header(data, with_pixels=False)
    except RenkeiError as error:
        return Returned(refused=error)
    kind = str(dataset.get("SOPClassUID", ""))
    named = Returned(
        kind, str(dataset.get("SOPInstanceUID", "")), str(dataset.get("SeriesInstanceUID", ""))
    )
    words = load_vocabulary(vocabulary)
    grid = aliased_grid(image, root)
    try:
        if kind in SEGMENTATIONS:
            return replace(named, labels=pack(_labels(data, grid, words)))
        if kind.startswith(REPORTS):
            return replace(named, marks=read_given(data, grid, words))
    except RenkeiError as error:
        return replace(named, refused=error)
    refused = NotReturnedError("This object is no segmentation and no report; it is kept as sent.")
    return replace(named, refused=refused)


def aliased_grid(image: Mapping[str, Any], root: str) -> Volume:
    """Return the grid of an image with its objects called as below a root."""
    grid = grid_of_header(dict(image))
    return replace(grid, sop_uids=tuple(alias_of(root, uid) for uid in grid.sop_uids))


def _labels(data: bytes, grid: Volume, words: Vocabulary) -> LabelSet:
    found: dict[str, NDArray[np.bool_]] = {}
    for segment in read_seg(data, grid).segments:
        # An empty segment asserts nothing: what is absent is said in the task itself.
        if segment.mask.any():
            key = key_named(words, segment.name, segment.code)
            found[key] = segment.mask | found.get(key, np.False_)
    labels = label_set(LabelSet(grid.geometry, ()), found, words)
    canvas_of(labels, words)
    return labels


def merged(before: Canvas, returned: bytes, words: Vocabulary) -> Canvas:
    """Return a canvas in which the labels that came back took the place of what they were.

    Labels that did not come back stay, but where one of their group is drawn over them.
    """
    labels = unpack(returned)
    after = {group: drawn.copy() for group, drawn in before.items()}
    for segment in labels.segments:
        term = words.term(segment.name)
        drawn = after[term.group]
        drawn[drawn == term.number] = 0
    for segment in labels.segments:
        term = words.term(segment.name)
        after[term.group][segment.mask] = term.number
    return after


def write_drawn(
    packed: bytes, files: Sequence[bytes], root: str, author: str, uids: tuple[str, str]
) -> bytes:
    """Return labels as a SEG on the images as they are called below a root.

    `uids` are those of series and object; `author` is the reader's alias.
    """
    _, objects = read_dicom(files)
    labels = unpack(packed)
    counted = tuple(replace(s, number=n) for n, s in enumerate(labels.segments, start=1))
    for source in objects:
        _rename(source, root, author)
    series_uid, sop_uid = uids
    written = write_seg(
        replace(labels, segments=counted),
        objects,
        series_uid=series_uid,
        sop_uid=sop_uid,
        description=DESCRIPTION,
    )
    dataset = dcmread(BytesIO(written))
    dataset.ContentCreatorName = f"{author}^"  # a name of one part (PS3.5 6.2.1)
    out = BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def _rename(source: Dataset, root: str, author: str) -> None:
    for name in _NAMES:
        if source.get(name):
            setattr(source, name, alias_of(root, str(source.get(name))))
    # Nothing of the person goes into a file that a blind reader may keep.
    source.PatientID, source.PatientName = author, ""
    for name in ("PatientBirthDate", "StudyDate", "StudyTime", "AccessionNumber", "StudyID"):
        setattr(source, name, "")
    source.ReferringPhysicianName = ""
