"""Frames and attributes of one stored object; for outside bytes, in a child."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.encaps import generate_frames

from renkei.dicomweb.attributes import BULK_VRS, Attributes, described
from renkei.dicomweb.multipart import Part
from renkei.dicomweb.render import NoSuchFrameError
from renkei.errors import NotFoundError
from renkei.imaging.dicom import decode_pixels, instance_facts, read_header
from renkei.imaging.pixels import NATIVE, NoPixelsError
from renkei.imaging.walk import EXPLICIT

OCTETS = "application/octet-stream"
# PS3.18 Table 8.7.3-5: what a stored codestream is called on the wire.
MEDIA_TYPES = {
    "1.2.840.10008.1.2.5": "image/dicom-rle",
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.4.201": "image/jphc",
    "1.2.840.10008.1.2.4.202": "image/jphc",
    "1.2.840.10008.1.2.4.203": "image/jphc",
    "1.2.840.10008.1.2.4.110": "image/jxl",
    "1.2.840.10008.1.2.4.111": "image/jxl",
    "1.2.840.10008.1.2.4.112": "image/jxl",
}


class NoSuchBulkError(NotFoundError):
    """The object has no bulk value of that tag."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored object and where its answers say that it lies."""

    data: bytes
    url: str


def frame_parts(stored: Stored, numbers: Sequence[int], *, decoded: bool) -> list[Part]:
    """Return frames by number from 1: as stored, or decoded to Explicit VR Little Endian.

    Raises:
        NoSuchFrameError: A number is out of range.
        DataRefusedError: The file cannot be read.
    """
    dataset = read_header(stored.data)
    count = instance_facts(dataset).frames
    if not numbers or not all(1 <= n <= count for n in numbers):
        raise NoSuchFrameError("The object has no frame of that number; count from 1.")
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    places = [f"{stored.url}/frames/{n}" for n in numbers]
    if decoded or syntax in NATIVE:
        frames = decode_pixels(dataset)
        said = f"{OCTETS}; transfer-syntax={EXPLICIT}"
        return [
            Part(said, frames[n - 1].tobytes(), place)
            for n, place in zip(numbers, places, strict=True)
        ]
    if "PixelData" not in dataset:
        raise NoPixelsError("The object holds no pixels; ask for its metadata only.")
    streams = list(generate_frames(dataset.PixelData, number_of_frames=count))
    said = f"{MEDIA_TYPES.get(syntax, OCTETS)}; transfer-syntax={syntax}"
    return [Part(said, streams[n - 1], place) for n, place in zip(numbers, places, strict=True)]


def metadata(objects: Sequence[bytes]) -> list[Attributes]:
    """Return the attributes of objects; addresses of bulk are relative to the object's own."""
    found = []
    for data in objects:
        dataset = read_header(data, with_pixels=False)
        found.append(described(dataset, "/frames" if "Rows" in dataset else None, "/bulkdata"))
    return found


def bulk_value(data: bytes, tag: str) -> bytes:
    """Return a bulk value of the top level by its eight hexadecimal digits.

    Raises:
        NoSuchBulkError: The object has none of that tag.
        DataRefusedError: The file cannot be read.
    """
    dataset = read_header(data)
    number = int(tag, 16)
    element = dataset.get(number)
    if element is None or element.VR not in BULK_VRS or not isinstance(element.value, bytes):
        raise NoSuchBulkError("The object has no bulk value of that tag; see its metadata.")
    return element.value
