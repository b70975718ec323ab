"""Descriptions of slides: the listed numbers of Aperio, the pixel facts of OME; no other word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from renkei.deid.tiff import refuse

OME = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
LABEL = re.compile(r"label|macro|overview|barcode|ラベル|マクロ", re.IGNORECASE)
_KEYS = frozenset({"AppMag", "MPP", "OriginalWidth", "Originalheight", "OriginalHeight", "Left",
                   "Top", "LineCameraSkew", "LineAreaXOffset", "LineAreaYOffset", "Focus Offset",
                   "DisplayColor", "ExposureTime", "ExposureScale", "Gamma"})  # fmt: skip
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")
_LINE = re.compile(
    r"(?:Aperio [A-Za-z ]{1,30} v[\d.]{1,12})|"
    r"[\dx\[\], ()>-]{3,80}(?:(?:JPEG|J2K|JPEG2000|LZW|Deflate)[/A-Z0-9]* ?(?:Q=\d{1,3})?)?;?"
)
_INSTRUMENT = re.compile(r";Aperio [A-Za-z ]{1,30} v[\d.]{1,12}")
_WORDS = re.compile(
    r"XYZCT|XYZTC|XYCZT|XYCTZ|XYTCZ|XYTZC|u?int(?:8|16|32)|float|double|bit|true|false"
)
_REAL = re.compile(r"-?\d{1,9}(?:\.\d{1,17})?(?:[eE][+-]?\d{1,3})?")
_UNITS = frozenset({"µm", "nm", "mm", "m", "cm", "pm", "Å", "s", "ms", "µs"})
_PIXELS = ("DimensionOrder", "Type", "SizeX", "SizeY", "SizeZ", "SizeC", "SizeT", "BigEndian",
           "Interleaved", "SignificantBits", "PhysicalSizeX", "PhysicalSizeXUnit", "PhysicalSizeY",
           "PhysicalSizeYUnit", "PhysicalSizeZ", "PhysicalSizeZUnit", "TimeIncrement",
           "TimeIncrementUnit")  # fmt: skip
_CHANNEL = ("SamplesPerPixel", "Color", "EmissionWavelength", "EmissionWavelengthUnit",
            "ExcitationWavelength", "ExcitationWavelengthUnit")  # fmt: skip
_PLACE = ("FirstZ", "FirstC", "FirstT")


def clean_aperio(text: str) -> str:
    """Return an Aperio description with listed keys and numbers only."""
    head, *pairs = text.split("|")
    lines = []
    for line in re.split(r"[\r\n]+", head):
        plain = _INSTRUMENT.sub("", line).strip()
        if _LINE.fullmatch(plain):
            lines.append(plain)
    kept = ["\r\n".join(lines)]
    for pair in pairs:
        name, _, value = (part.strip() for part in pair.partition("="))
        if name in _KEYS and _NUMBER.fullmatch(value):
            kept.append(f"{name} = {value}")
    return "|".join(kept)


@dataclass(frozen=True, slots=True)
class Planes:
    """The pages of one OME image: (first page, how many, its place in z, channel and time)."""

    pixels: ET.Element
    label: bool
    runs: tuple[tuple[int, int, dict[str, str]], ...]


def read_ome(text: str, pages: int) -> list[Planes]:
    """Return the images of an OME-XML header.

    Raises:
        SlideRefusedError: It cannot be read, or names other files.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise refuse("malformed")
    try:
        root = ET.fromstring(text.encode("utf-8"))  # noqa: S314  entities were refused above
    except ET.ParseError as error:
        raise refuse("malformed") from error
    names = {e.text for e in root.iter() if e.tag.endswith("}UUID")}
    if len(names) > 1:
        raise refuse("slide_in_several_files")
    images = []
    for image in _below(root, "Image"):
        for pixels in _below(image, "Pixels"):
            runs = tuple(_run(data, pages) for data in _below(pixels, "TiffData"))
            label = bool(LABEL.search(image.get("Name", "")))
            images.append(Planes(pixels, label, runs))
    if not images:
        raise refuse("malformed")
    return images


def _run(data: ET.Element, pages: int) -> tuple[int, int, dict[str, str]]:
    first = data.get("IFD")
    count = data.get("PlaneCount", "1" if first else str(pages))
    place = {name: data.get(name, "0") for name in _PLACE}
    if not all(
        value.isdecimal() and len(value) < 9 for value in (first or "0", count, *place.values())
    ):
        raise refuse("malformed")
    return int(first or 0), int(count), place


def write_ome(images: Sequence[Planes], kept: Sequence[bool]) -> str:
    """Return an OME-XML header of pixel facts alone; `kept` says which pages there are still.

    Raises:
        SlideRefusedError: An image would lose some of its pages.
    """
    root = ET.Element("OME", {"xmlns": OME})
    before = [sum(kept[:n]) for n in range(len(kept) + 1)]
    number = 0
    for image in images:
        stays = [all(kept[first : first + count]) for first, count, _ in image.runs]
        goes = [not any(kept[first : first + count]) for first, count, _ in image.runs]
        if all(goes):
            continue
        if not all(stays) or any(first + count > len(kept) for first, count, _ in image.runs):
            raise refuse("pages_of_one_image_differ")
        outer = ET.SubElement(root, "Image", {"ID": f"Image:{number}"})
        pixels = ET.SubElement(
            outer, "Pixels", {"ID": f"Pixels:{number}"} | _kept(image.pixels, _PIXELS)
        )
        for n, channel in enumerate(_below(image.pixels, "Channel")):
            ET.SubElement(
                pixels, "Channel", {"ID": f"Channel:{number}:{n}"} | _kept(channel, _CHANNEL)
            )
        for first, count, place in image.runs:
            at = {"IFD": str(before[first]), "PlaneCount": str(count)}
            ET.SubElement(pixels, "TiffData", place | at)
        number += 1
    return '<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(root, "unicode")


def _below(element: ET.Element, name: str) -> list[ET.Element]:
    return [e for e in element if e.tag.rpartition("}")[2] == name]


def _kept(element: ET.Element, names: Sequence[str]) -> dict[str, str]:
    found = {name: element.get(name, "") for name in names}
    return {
        name: value
        for name, value in found.items()
        if _REAL.fullmatch(value)
        or (value in _UNITS if name.endswith("Unit") else _WORDS.fullmatch(value))
    }
