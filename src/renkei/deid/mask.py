"""Cover what must not be seen, in stored values; frames that do not change keep their bytes."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from renkei import child
from renkei.deid import encode, recode
from renkei.deid.parse import Element, Parsed
from renkei.deid.pixels import FLOAT_PIXELS, Layout, PixelsRefusedError
from renkei.errors import RenkeiError
from renkei.imaging.pixels import Shape, decode_frame

BURNED_IN, LOSSY = 0x00280301, 0x00282110
_PLANAR = 0x00280006
_GREY = {"MONOCHROME1": np.max, "MONOCHROME2": np.min}
# By photometric interpretation and values per place; PS3.3 C.7.6.3.1.2.
_BLACKS = {("RGB", 3): (0, 0, 0), ("YBR_FULL", 3): (0, 128, 128),
           ("YBR_FULL_422", 4): (0, 0, 128, 128)}  # fmt: skip
# What a decoder of compressed frames has already turned into RGB.
_DECODED_RGB = frozenset({"RGB", "YBR_FULL_422", "YBR_ICT", "YBR_RCT", "YBR_FULL"})
SECONDS, MEMORY_MB = 300.0, 2048
Picture = NDArray[np.generic]


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A rectangle in pixels; `right` and `bottom` are outside."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Cover:
    """What is covered in every frame of the objects of one series.

    `text` are the boxes over written words, empty when somebody has looked and found none, None
    when nobody has looked. `faces` are the regions of a face by SOP instance UID, as bits of
    (rows, columns); None when faces are left alone.
    """

    rows: int
    columns: int
    text: tuple[Box, ...] | None = None
    faces: Mapping[str, bytes] | None = field(default=None, hash=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the options of PS3.15 that this earns (CID 7050)."""
        earned = {"113101": self.text, "113102": self.faces}
        return tuple(code for code, given in earned.items() if given is not None)


@dataclass(frozen=True, slots=True)
class Covered:
    """A picture after covering: its element, and what has to be said about it."""

    pixels: Element
    frames: int
    lossy: bool
    elements: Mapping[int, bytes]
    reasons: tuple[str, ...]


def cover_picture(parsed: Parsed, layout: Layout, cover: Cover, sop_uid: str) -> Covered:
    """Return the picture of an object with everything covered.

    Raises:
        PixelsRefusedError: It cannot be covered without touching more than what is covered.
    """
    pixels = parsed.pixels
    if pixels is None or pixels.tag in FLOAT_PIXELS or layout.allocated not in {8, 16, 32}:
        raise PixelsRefusedError("This picture cannot be covered.", reason="cover_not_possible")
    if (layout.rows, layout.columns) != (cover.rows, cover.columns):
        raise PixelsRefusedError("The boxes are for other pictures.", reason="cover_other_size")
    where = region(cover, sop_uid)
    lossy = False
    if not where.any():
        frames = 0
    elif pixels.fragments is None:
        pixels, frames = _native(pixels, layout, where, planar=_is_planar(parsed.elements))
    else:
        pixels, frames = _compressed(pixels, layout, where, parsed.syntax)
        lossy = frames > 0 and parsed.syntax in recode.LOSSY
    elements = {LOSSY: encode.element(LOSSY, "CS", b"01")} if lossy else {}
    reasons = []
    if cover.text is not None:
        elements[BURNED_IN] = encode.element(BURNED_IN, "CS", b"NO")
        reasons += ["text_covered"] if cover.text else []
    if cover.faces is not None:
        reasons.append("face_covered")
    return Covered(pixels, frames, lossy, elements, tuple(reasons))


def region(cover: Cover, sop_uid: str) -> NDArray[np.bool_]:
    """Return (rows, columns), true where a picture is covered.

    Raises:
        PixelsRefusedError: The face in this picture was not found.
    """
    where = np.zeros((cover.rows, cover.columns), dtype=np.bool_)
    for box in cover.text or ():
        where[max(0, box.top) : max(0, box.bottom), max(0, box.left) : max(0, box.right)] = True
    if cover.faces is not None:
        if sop_uid not in cover.faces:
            raise PixelsRefusedError("The face was not found.", reason="face_not_covered")
        bits = np.frombuffer(cover.faces[sop_uid], np.uint8)
        where |= np.unpackbits(bits, count=where.size).reshape(where.shape).astype(np.bool_)
    return where


def _is_planar(elements: Sequence[Element]) -> bool:
    found = next((e.value for e in elements if e.tag == _PLANAR), b"")
    return found[:1] == b"\1"


def _native(
    pixels: Element, layout: Layout, where: NDArray[np.bool_], *, planar: bool
) -> tuple[Element, int]:
    given = memoryview(pixels.value) if pixels.view is None else pixels.view
    if len(given) < layout.size:
        raise PixelsRefusedError("The picture is cut short.", reason="pixels_truncated")
    value = bytearray(given)
    kind = np.dtype(f"<{'i' if layout.signed else 'u'}{layout.allocated // 8}")
    flat = np.frombuffer(value, kind, layout.size // kind.itemsize)
    touched = 0
    for frame in flat.reshape(layout.frames, -1):
        touched += paint(*_as_seen(frame, layout, where, planar=planar), layout.photometric)
    return Element(pixels.tag, pixels.vr, view=memoryview(bytes(value))), touched


def _as_seen(
    frame: Picture, layout: Layout, where: NDArray[np.bool_], *, planar: bool
) -> tuple[Picture, NDArray[np.bool_]]:
    """Return a view (y, x[, sample]) of a native frame, and what of it is covered."""
    rows, columns = layout.rows, layout.columns
    if layout.samples == 1:
        return frame.reshape(rows, columns), where
    if layout.photometric == "YBR_FULL_422":
        # Y1 Y2 Cb Cr for each two pixels.
        if columns % 2:
            raise PixelsRefusedError("This picture cannot be covered.", reason="cover_not_possible")
        pairs: NDArray[np.bool_] = np.logical_or(where[:, ::2], where[:, 1::2])
        return frame.reshape(rows, columns // 2, 4), pairs
    if planar:
        return frame.reshape(layout.samples, rows, columns).transpose(1, 2, 0), where
    return frame.reshape(rows, columns, layout.samples), where


def paint(frame: Picture, where: NDArray[np.bool_], photometric: str, slack: int = 0) -> bool:
    """Set what is covered to the black of the picture; tell whether that changed anything.

    `slack` is how far from black a value may lie and still count as black: lossy frames are noisy.

    Raises:
        PixelsRefusedError: It is not known what is black.
    """
    black = _black(frame, photometric)
    inside = frame[where]
    if np.all(np.abs(inside.astype(np.int64) - black.astype(np.int64)) <= slack):
        return False
    frame[where] = black
    return True


def _black(frame: Picture, photometric: str) -> NDArray[np.generic]:
    if frame.ndim == 2 and photometric in _GREY:
        # Not a fixed number: where air begins differs with padding, slope and sign.
        return np.asarray(_GREY[photometric](frame))
    colour = _BLACKS.get((photometric, frame.shape[-1])) if frame.ndim == 3 else None
    if colour is not None and frame.dtype == np.uint8:
        return np.array(colour, dtype=np.uint8)
    raise PixelsRefusedError("It is not known what is black.", reason="cover_not_possible")


def _compressed(
    pixels: Element, layout: Layout, where: NDArray[np.bool_], syntax: str
) -> tuple[Element, int]:
    streams = frames_of(pixels, layout.frames)
    shape = Shape(
        rows=layout.rows, columns=layout.columns, frames=layout.frames, samples=layout.samples,
        allocated=layout.allocated, stored=layout.stored, signed=layout.signed, high=layout.high,
    )  # fmt: skip
    try:
        done = child.call(
            cover_streams, streams, shape, syntax, np.packbits(where).tobytes(),
            layout.photometric, seconds=SECONDS, memory_mb=MEMORY_MB,
        )  # fmt: skip
    except PixelsRefusedError:
        raise
    except RenkeiError as error:
        raise PixelsRefusedError(
            "The compressed picture cannot be covered.", reason="cover_not_possible"
        ) from error
    touched = sum(new is not None for new in done)
    kept = [old if new is None else new for old, new in zip(streams, done, strict=True)]
    return Element(pixels.tag, pixels.vr, fragments=[b"", *kept]), touched


def frames_of(pixels: Element, count: int) -> list[bytes]:
    """Return the codestream of each frame, whatever fragments it is cut into.

    Raises:
        PixelsRefusedError: The fragments cannot be told apart.
    """
    from pydicom.encaps import generate_frames

    table, *parts = pixels.fragments or [b""]
    if len(parts) == count:
        return parts
    items = b"".join(
        struct.pack("<HHI", 0xFFFE, 0xE000, len(part)) + part for part in [table, *parts]
    )
    try:
        found = list(generate_frames(items, number_of_frames=count))
    except Exception as error:
        raise PixelsRefusedError("Frames cannot be told.", reason="cover_not_possible") from error
    if len(found) != count:
        raise PixelsRefusedError("Frames cannot be told.", reason="cover_not_possible")
    return found


def cover_streams(
    streams: Sequence[bytes], shape: Shape, syntax: str, bits: bytes, photometric: str
) -> list[bytes | None]:
    """Return the new codestream of each frame that changes, None for one that does not.

    Raises:
        PixelsRefusedError: A frame cannot be written without further loss.
    """
    size = shape.rows * shape.columns
    flat = np.unpackbits(np.frombuffer(bits, np.uint8), count=size).astype(np.bool_)
    where = flat.reshape(shape.rows, shape.columns)
    seen = "RGB" if photometric in _DECODED_RGB and syntax in recode.TO_RGB else photometric
    slack = recode.STILL_BLACK if syntax in recode.LOSSY else 0
    return [_cover_stream(one, shape, syntax, where, (photometric, seen), slack) for one in streams]


def _cover_stream(
    stream: bytes,
    shape: Shape,
    syntax: str,
    where: NDArray[np.bool_],
    colours: tuple[str, str],
    slack: int,
) -> bytes | None:
    stored, seen = colours
    frame = np.array(decode_frame(stream, shape, syntax))
    if not paint(frame, where, seen, slack):
        return None
    new = recode.encode_frame(frame, shape, syntax, stored)
    again = np.asarray(decode_frame(new, shape, syntax)).astype(np.int64)
    off = np.abs(again - frame.astype(np.int64))
    whole = off[where].max() <= recode.NOISE if syntax in recode.LOSSY else not off.any()
    if not whole:
        raise PixelsRefusedError("The frame would change.", reason="cover_not_lossless")
    return new
