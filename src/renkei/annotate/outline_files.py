"""Outlines of a slide as files: GeoJSON, COCO, and ANN, which names the DICOM slide it is of."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydicom import Dataset

from renkei.annotate.files import (
    Format,
    ImageNeededError,
    LabelFileRefusedError,
    format_of,
    read_outlines,
)
from renkei.annotate.vocabulary import Vocabulary
from renkei.imaging.ann import ANNOTATIONS
from renkei.imaging.annwrite import ann_losses, write_ann
from renkei.imaging.coco import read_coco, write_coco
from renkei.imaging.codes import Code
from renkei.imaging.dicom import read_header
from renkei.imaging.outlines import Outline, Scale, write_geojson
from renkei.imaging.slide import open_slide

SLIDE_IMAGE = "1.2.840.10008.5.1.4.1.1.77.1.6"
PREAMBLE = 132
# A tile's place takes about 100 bytes of a header: this is one of a hundred thousand tiles.
MOST_HEADER = 16 << 20


def is_dicom(first: bytes) -> bool:
    """Tell by its first 132 bytes whether a slide's file is DICOM."""
    return first[PREAMBLE - 4 : PREAMBLE] == b"DICM"


def write_outlines(
    outlines: Sequence[Outline],
    kind: Format,
    scale: Scale,
    *,
    words: Vocabulary | None = None,
    head: bytes = b"",
) -> bytes:
    """Return outlines as a file; ANN takes codes of `words` and names the slide of `head`.

    `head` are the slide's first bytes, up to its pixels.

    Raises:
        ImageNeededError: ANN without a vocabulary, or of a slide that is not DICOM.
        LabelFileRefusedError: The DICOM file is not the slide's image of full size.
        AnnotationsRefusedError: There is nothing that ANN can hold.
    """
    if kind is Format.COCO:
        return write_coco(outlines, scale.width, scale.height).encode()
    if kind is Format.GEOJSON:
        return write_geojson(outlines, scale).encode()
    if words is None or not is_dicom(head):
        raise ImageNeededError("ANN refers to a slide in DICOM and this one is not; take GeoJSON.")
    return write_ann(outlines, _source(head, scale), _codes(words))


def _codes(words: Vocabulary) -> Mapping[str, Code]:
    return {term.key: term.code for term in words.terms}


def _source(head: bytes, scale: Scale) -> Dataset:
    slide = read_header(head, with_pixels=False)
    if str(slide.get("SOPClassUID", "")) != SLIDE_IMAGE:
        raise LabelFileRefusedError("This DICOM file is no slide; name the slide's image.")
    size = (slide.get("TotalPixelMatrixColumns"), slide.get("TotalPixelMatrixRows"))
    if size != (scale.width, scale.height):
        raise LabelFileRefusedError("Name the slide's image of full size, not a smaller level.")
    return slide


def convert_outlines(source: Path, target: Path, words: Vocabulary, slide: Path | None) -> bytes:
    """Return the outlines of one file in the form that the other's name says.

    Raises:
        ImageNeededError: Nothing says how large the slide is, or ANN without a DICOM slide.
        LabelFileRefusedError: A class without a term, or a file of a volume.
    """
    kind, data = _kind(source), source.read_bytes()
    found = read_outlines(data, kind, words)
    if slide is not None:
        with open_slide(slide) as opened:
            scale = Scale(opened.levels[0].width, opened.levels[0].height, opened.mpp)
        with slide.open("rb") as file:
            head = file.read(MOST_HEADER)
        return write_outlines(found, format_of(target), scale, words=words, head=head)
    if kind is not Format.COCO:
        raise ImageNeededError("Say which slide the outlines are of.")
    size = read_coco(data)
    return write_outlines(found, format_of(target), Scale(size.width, size.height, None))


def outline_losses(source: Path, target: Path, words: Vocabulary) -> tuple[str, ...]:
    """Return what the target's form does not keep of these outlines, one sentence each."""
    if format_of(target) is not Format.ANN:
        return ()
    return ann_losses(read_outlines(source.read_bytes(), _kind(source), words))


def _kind(path: Path) -> Format:
    kind = format_of(path)
    if path.suffix != ".dcm":
        return kind
    ann = str(read_header(path).get("SOPClassUID", "")) == ANNOTATIONS
    return Format.ANN if ann else kind
