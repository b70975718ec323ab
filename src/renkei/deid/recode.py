"""Write one changed frame back in the transfer syntax that it came in, without further loss."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.deid.pixels import PixelsRefusedError
from renkei.imaging.pixels import RLE, Shape

JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
# The one syntax that cannot hold a frame without loss; frames that change lose once more.
LOSSY = frozenset({JPEG_BASELINE})
NOISE = 24  # how far a black value lies from black after such a loss: seen beside white letters
STILL_BLACK = 2  # a frame this near to black in the box is left as it is
QUALITY = 95
# These decoders give RGB whatever the photometric interpretation says.
TO_RGB = frozenset({
    JPEG_BASELINE, *(f"1.2.840.10008.1.2.4.{n}" for n in (90, 91, 201, 202, 203)),
})  # fmt: skip


def encode_frame(frame: NDArray[Any], shape: Shape, syntax: str, photometric: str) -> bytes:
    """Return the codestream of a frame (y, x[, sample]) of stored values.

    Near-lossless and lossy wavelet syntaxes hold lossless streams too, and get one.

    Raises:
        PixelsRefusedError: The syntax is not one that can be written.
    """
    encoder = _ENCODERS.get(syntax)
    if encoder is None:
        raise PixelsRefusedError("This syntax cannot be written.", reason="cover_syntax")
    return bytes(encoder(np.ascontiguousarray(frame), shape, photometric))


def _unsigned(frame: NDArray[Any], shape: Shape) -> NDArray[Any]:
    plain = frame.view(np.dtype(f"u{frame.dtype.itemsize}"))
    masked: NDArray[Any] = plain & plain.dtype.type((1 << shape.stored) - 1)
    return masked


def _jpeg(frame: NDArray[Any], shape: Shape, photometric: str) -> bytes:
    from imagecodecs import jpeg8_encode

    if shape.samples == 1:
        return bytes(jpeg8_encode(frame, level=QUALITY))
    if photometric not in {"YBR_FULL", "YBR_FULL_422"}:
        raise PixelsRefusedError("These colours cannot be written.", reason="cover_syntax")
    halved = "422" if photometric == "YBR_FULL_422" else "444"
    return bytes(jpeg8_encode(frame, level=QUALITY, outcolorspace="ycbcr", subsampling=halved))


def _jpeg_lossless(frame: NDArray[Any], shape: Shape, _photometric: str) -> bytes:
    from imagecodecs import jpeg8_encode

    # Selection value 1 is what syntax …4.70 asks for; …4.57 takes any.
    plain = _unsigned(frame, shape)
    return bytes(jpeg8_encode(plain, lossless=True, predictor=1, bitspersample=shape.stored))


def _jpeg_ls(frame: NDArray[Any], shape: Shape, photometric: str) -> bytes:
    from pydicom.pixels.encoders.base import JPEGLSLosslessEncoder

    return _by_pydicom(JPEGLSLosslessEncoder, _unsigned(frame, shape), shape, photometric)


def _jpeg2000(frame: NDArray[Any], shape: Shape, photometric: str) -> bytes:
    from imagecodecs import jpeg2k_encode

    return bytes(
        jpeg2k_encode(
            frame, level=0, codecformat="j2k", reversible=True, bitspersample=shape.stored,
            mct=photometric.startswith("YBR"),
        )
    )  # fmt: skip


def _htj2k(frame: NDArray[Any], _shape: Shape, photometric: str) -> bytes:
    from imagecodecs import htj2k_encode

    return bytes(htj2k_encode(frame, reversible=True, rgb=photometric.startswith("YBR")))


def _run_lengths(frame: NDArray[Any], shape: Shape, photometric: str) -> bytes:
    from pydicom.pixels.encoders.base import RLELosslessEncoder

    plain = frame.view(np.dtype(f"u{frame.dtype.itemsize}"))
    return _by_pydicom(RLELosslessEncoder, plain, shape, photometric)


def _by_pydicom(encoder: Any, plain: NDArray[Any], shape: Shape, photometric: str) -> bytes:
    return bytes(
        encoder.encode(
            plain, rows=shape.rows, columns=shape.columns, samples_per_pixel=shape.samples,
            bits_allocated=shape.allocated, bits_stored=shape.stored, pixel_representation=0,
            photometric_interpretation=photometric, planar_configuration=0, number_of_frames=1,
        )
    )  # fmt: skip


_ENCODERS: Mapping[str, Callable[[NDArray[Any], Shape, str], bytes]] = {
    RLE: _run_lengths,
    JPEG_BASELINE: _jpeg,
    **dict.fromkeys(("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"), _jpeg_lossless),
    **dict.fromkeys(("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"), _jpeg_ls),
    **dict.fromkeys(("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"), _jpeg2000),
    **dict.fromkeys((f"1.2.840.10008.1.2.4.{n}" for n in (201, 202, 203)), _htj2k),
}
