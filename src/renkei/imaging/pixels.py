"""Decode stored pixel values; nothing is rescaled, no colour is changed.

Codecs: imagecodecs (JPEG 2000, HTJ2K, JPEG-LS, JPEG, JPEG XL, run lengths).
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.errors import DataRefusedError
from renkei.imaging.walk import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, TruncatedError

NATIVE = frozenset({IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN})
RLE = "1.2.840.10008.1.2.5"
MAX_FRAMES = 100_000
Bytes = bytes | memoryview


class NoPixelsError(DataRefusedError):
    """The object is no image, or says how large it is and holds no pixels."""


class UndecodableError(DataRefusedError):
    """The pixels cannot be decoded as their description says."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How pixels are stored: PS3.3 C.7.6.3, Image Pixel."""

    rows: int
    columns: int
    frames: int
    samples: int
    allocated: int
    stored: int
    signed: bool
    planar: bool = False
    high: int = -1

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return the little-endian type of one stored value."""
        return np.dtype(f"<{'i' if self.signed else 'u'}{max(8, self.allocated) // 8}")

    @property
    def frame_bytes(self) -> int:
        """Return the bytes of one native frame."""
        return (self.rows * self.columns * self.samples * self.allocated + 7) // 8


def frames(value: Bytes, shape: Shape, syntax: str) -> Iterator[NDArray[Any]]:
    """Yield each frame (y, x) or (y, x, samples) of stored values.

    `value` is the pixel data element: native, or encapsulated from its offset table on.

    Raises:
        NoPixelsError: There is nothing to decode.
        TruncatedError: There are fewer bytes or frames than described.
        UndecodableError: A codestream is damaged or does not fit its description.
    """
    check_shape(value, shape)
    if syntax in NATIVE:
        yield from _native(value, shape, big=syntax == BIG_ENDIAN)
        return
    from pydicom.encaps import generate_frames

    count = 0
    try:
        for stream in generate_frames(bytes(value), number_of_frames=shape.frames):
            if count == shape.frames:
                break
            yield decode_frame(stream, shape, syntax)
            count += 1
    except (ValueError, EOFError, IndexError) as error:
        raise TruncatedError("The pixel data ends inside a frame; send the file again.") from error
    if count < shape.frames:
        raise TruncatedError("The file holds fewer frames than it says; send it again.")


def check_shape(value: Bytes, shape: Shape) -> None:
    """Refuse what cannot be a picture before anything is allocated.

    Raises:
        NoPixelsError: No rows, columns, frames or bytes.
        UndecodableError: A depth or number of frames that no image has.
    """
    if not value or min(shape.rows, shape.columns, shape.frames, shape.samples) < 1:
        raise NoPixelsError("The image holds no pixels; send the original.")
    odd = shape.allocated not in {1, 8, 16, 32, 64} or shape.samples not in {1, 3, 4}
    if odd or not 1 <= shape.stored <= shape.allocated or shape.frames > MAX_FRAMES:
        raise UndecodableError("The image describes its pixels in a way that cannot be.")


def pixel_digest(value: Bytes, shape: Shape, syntax: str) -> str:
    """Return the SHA-256 over all decoded frames, little endian, unused bits cleared."""
    digest = hashlib.sha256()
    for frame in frames(value, shape, syntax):
        digest.update(frame.astype(shape.dtype, copy=False).tobytes())
    return digest.hexdigest()


def decode_frame(stream: bytes, shape: Shape, syntax: str) -> NDArray[Any]:
    """Decode one compressed frame to stored values.

    Raises:
        UndecodableError: The codestream is damaged, or of another size than described.
    """
    decoder = _decoder(syntax)
    wanted = (shape.rows, shape.columns) + ((shape.samples,) if shape.samples > 1 else ())
    try:
        if syntax == RLE:
            flat = decoder(stream, shape.dtype)
            # PS3.5 G.2: run lengths keep each sample in a plane of its own.
            frame = np.moveaxis(
                np.frombuffer(flat, shape.dtype).reshape(shape.samples, *wanted[:2]), 0, -1
            )
            frame = frame.reshape(wanted)
        else:
            frame = np.asarray(decoder(stream))
    except Exception as error:
        raise UndecodableError("A frame cannot be decoded; send the original.") from error
    if frame.shape != wanted:
        raise UndecodableError("A frame has another size than the header says.")
    return _signed_as_said(frame, shape)


def unused_bits_cleared(frame: NDArray[Any], shape: Shape) -> NDArray[Any]:
    """Return the frame with the bits outside Bits Stored cleared (old overlays hide there)."""
    if shape.stored >= shape.allocated or frame.size == 0 or shape.allocated not in {8, 16, 32}:
        return frame
    high = shape.high if shape.high >= 0 else shape.stored - 1
    low = high - shape.stored + 1
    up = shape.allocated - 1 - high
    if low == 0:
        top = 1 << (shape.stored - 1 if shape.signed else shape.stored)
        if int(frame.max()) < top and (not shape.signed or int(frame.min()) >= -top):
            return frame
    cleared: NDArray[Any] = (frame << up) >> (up + low)
    return cleared


def _native(value: Bytes, shape: Shape, *, big: bool) -> Iterator[NDArray[Any]]:
    if shape.allocated == 1:
        yield from _bits(value, shape)
        return
    if len(value) < shape.frame_bytes * shape.frames:
        raise TruncatedError("The pixel data is shorter than the header says; send the file again.")
    kind = shape.dtype.newbyteorder(">") if big else shape.dtype
    count = shape.rows * shape.columns * shape.samples
    for n in range(shape.frames):
        flat = np.frombuffer(value, kind, count, n * shape.frame_bytes).astype(
            shape.dtype, copy=False
        )
        if shape.samples == 1:
            yield unused_bits_cleared(flat.reshape(shape.rows, shape.columns), shape)
        elif shape.planar:
            yield flat.reshape(shape.samples, shape.rows, shape.columns).transpose(1, 2, 0)
        else:
            yield flat.reshape(shape.rows, shape.columns, shape.samples)


def _bits(value: Bytes, shape: Shape) -> Iterator[NDArray[Any]]:
    # PS3.5 8.1.1: frames of one bit follow each other without padding.
    count = shape.rows * shape.columns
    bits = np.unpackbits(np.frombuffer(value, np.uint8), bitorder="little")
    if bits.size < count * shape.frames:
        raise TruncatedError("The pixel data is shorter than the header says; send the file again.")
    for n in range(shape.frames):
        yield bits[n * count : (n + 1) * count].reshape(shape.rows, shape.columns)


def _decoder(syntax: str) -> Callable[..., Any]:
    import imagecodecs

    jpeg2000 = imagecodecs.jpeg2k_decode
    table: dict[str, Callable[..., Any]] = {
        RLE: imagecodecs.dicomrle_decode,
        "1.2.840.10008.1.2.4.50": imagecodecs.jpeg_decode,
        "1.2.840.10008.1.2.4.51": imagecodecs.jpeg_decode,
        "1.2.840.10008.1.2.4.57": imagecodecs.ljpeg_decode,
        "1.2.840.10008.1.2.4.70": imagecodecs.ljpeg_decode,
        "1.2.840.10008.1.2.4.80": imagecodecs.jpegls_decode,
        "1.2.840.10008.1.2.4.81": imagecodecs.jpegls_decode,
        "1.2.840.10008.1.2.4.90": jpeg2000,
        "1.2.840.10008.1.2.4.91": jpeg2000,
        "1.2.840.10008.1.2.4.201": jpeg2000,
        "1.2.840.10008.1.2.4.202": jpeg2000,
        "1.2.840.10008.1.2.4.203": jpeg2000,
        "1.2.840.10008.1.2.4.110": imagecodecs.jpegxl_decode,
        "1.2.840.10008.1.2.4.111": imagecodecs.jpegxl_decode,
        "1.2.840.10008.1.2.4.112": imagecodecs.jpegxl_decode,
    }
    if syntax not in table:
        raise UndecodableError("The transfer syntax is not one that can be decoded.", syntax=syntax)
    return table[syntax]


def _signed_as_said(frame: NDArray[Any], shape: Shape) -> NDArray[Any]:
    if frame.dtype == shape.dtype:
        return frame
    plain = frame.astype(np.dtype(f"<u{shape.dtype.itemsize}"), casting="unsafe")
    if not shape.signed:
        return plain
    # Some encoders write signed values as unsigned of the same bits: the sign is at Bits Stored.
    up = 8 * shape.dtype.itemsize - shape.stored
    extended: NDArray[Any] = (plain.view(shape.dtype) << up) >> up
    return extended
