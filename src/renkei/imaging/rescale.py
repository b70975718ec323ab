"""Stored values to measured ones: each slice by its own slope, and MR as its vendor scales it."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from renkei.imaging.slices import Slice, unlike
from renkei.imaging.stack import SeriesRefusedError, StackCode, refusal

AIR_HU = -1024
PHILIPS = "Philips MR Imaging DD 001"
SCALE_INTERCEPT, SCALE_SLOPE = 0x0D, 0x0E


class NotGreyError(SeriesRefusedError):
    """The pixels have colours; only grey ones are measurements."""


@dataclass(frozen=True, slots=True)
class Linear:
    """value = stored x slope + intercept."""

    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, slots=True)
class Scaling:
    """How a series is rescaled: by one line for each slice, and what it is called.

    `name` is empty for the plain rescale of the header, `philips` where the slices differ in what
    their scale slope (2005,100E) makes of them, `real_world` where they differ in (0040,9096).
    `vendor_slope` is the vendor's where all slices have the same.
    """

    lines: tuple[Linear, ...]
    name: str = ""
    vendor_slope: float | None = None


def scaling_of(slices: Sequence[Slice]) -> Scaling:
    """Return how the slices of one volume are rescaled, so that they are comparable.

    Philips writes MR with a slope for display that differs from image to image; only
    (stored x RS + RI) / (RS x SS), with SS of (2005,100E), compares (Chenevert et al. 2014).

    Raises:
        SeriesRefusedError: Some slices have such a scale and others have not.
    """
    headers = [one.header for one in slices]
    if len(unlike(headers, "RescaleSlope", "RescaleIntercept")) == 1:
        plain = (linear_of(headers[0]),) * len(slices)
    else:
        plain = tuple(map(linear_of, headers))
    if slices[0].header.get("Modality") != "MR":
        return Scaling(plain)
    vendor = [_philips(one) for one in slices]
    if any(vendor):
        known = [slope for slope in vendor if slope]
        _all_or_none(known, slices)
        full = [line.slope * slope for line, slope in zip(plain, known, strict=True)]
        if len(set(full)) == 1:
            return Scaling(plain, "", known[0] if len(set(known)) == 1 else None)
        lines = [
            Linear(1 / slope, line.intercept / (line.slope * slope))
            for line, slope in zip(plain, known, strict=True)
        ]
        return Scaling(tuple(lines), "philips")
    mapped = [_real_world(one) for one in slices]
    if not any(mapped):
        return Scaling(plain)
    real = [line for line in mapped if line]
    _all_or_none(real, slices)
    if len(set(real)) == 1 and len(set(plain)) == 1:
        return Scaling(plain, "", real[0].slope)
    return Scaling(tuple(real), "real_world")


def linear_of(header: Dataset) -> Linear:
    """Return the rescale of a header (0028,1052), (0028,1053)."""
    return Linear(_number(header, "RescaleSlope", 1), _number(header, "RescaleIntercept", 0))


def plane_of(header: Dataset, stored: NDArray[Any]) -> NDArray[Any]:
    """Return the rescaled values of one slice (y, x): int16 where each is whole and fits.

    Raises:
        NotGreyError: The slice has colours.
        SeriesRefusedError: The header holds a number that is none.
    """
    if stored.ndim != 2:
        raise NotGreyError("Only grey images make a volume.", reasons=["not_grey"])
    try:
        line = linear_of(header)
        out = np.empty(stored.shape, dtype=np.int16 if is_whole(header, line) else np.float32)
        rescale(stored, header, line, out)
    except (ValueError, TypeError, OverflowError, FloatingPointError) as error:
        raise SeriesRefusedError("A header holds a number that is none.") from error
    return out


def rescale(stored: NDArray[Any], header: Dataset, line: Linear, out: NDArray[Any]) -> None:
    """Write the rescaled values; `stored` may be the same memory as `out`."""
    padded = header.get("PixelPaddingValue") is not None and header.get("Modality") == "CT"
    padding = _padding(stored, header) if padded else None
    if out.dtype != np.int16:
        np.multiply(stored, np.float32(line.slope), out=out)
        out += np.float32(line.intercept)
    elif int(header.get("BitsStored") or 16) == 16:
        wide = stored.astype(np.int32) + int(line.intercept)
        np.clip(wide, -(2**15), 2**15 - 1, out=out, casting="unsafe")
    else:
        # Up to 15 bits the same bytes are int16; adding there is four times faster.
        same = stored.view(np.int16) if stored.dtype.itemsize == 2 else stored
        np.add(same, np.int16(line.intercept), out=out, casting="unsafe")
    if padding is not None:
        out[padding] = AIR_HU


def is_whole(header: Dataset, line: Linear) -> bool:
    """Tell whether every rescaled value is a whole number that int16 holds."""
    if line.slope != 1 or line.intercept % 1 != 0:
        return False
    bits = int(header.get("BitsStored") or 16)
    signed = int(header.get("PixelRepresentation") or 0)
    low = -(2 ** (bits - 1)) if signed else 0
    high = low + 2**bits - 1
    # Values of 16 bits with the usual offset of -1024 are HU, which end long before 32 767.
    usual = bits == 16 and header.get("Modality") == "CT" and -2048 <= line.intercept <= 0
    return usual or (low + line.intercept >= -(2**15) and high + line.intercept < 2**15)


def _padding(stored: NDArray[Any], header: Dataset) -> NDArray[np.bool_]:
    """Return where there was no measurement: PS3.3 C.7.5.1.1.2, on stored values."""
    first = int(header.PixelPaddingValue)
    last = header.get("PixelPaddingRangeLimit")
    low, high = sorted((first, first if last is None else int(last)))
    found: NDArray[np.bool_] = (stored >= low) & (stored <= high)
    return found


def _number(header: Dataset, keyword: str, default: float) -> float:
    value = header.get(keyword)
    return default if value is None or value == "" else float(value)


def _philips(one: Slice) -> float | None:
    raw = one.private(0x2005, PHILIPS, SCALE_SLOPE)
    if len(raw) != 4:
        return None
    (slope,) = struct.unpack("<f", raw)
    return float(slope) if 0 < slope < float("inf") else None


def _real_world(one: Slice) -> Linear | None:
    """Return the first linear map of (0040,9096); its elements lie in a sequence."""
    if one.layout is None or 0x00409096 not in one.layout.values:
        return None
    for item in one.whole_header().get("RealWorldValueMappingSequence") or ():
        slope, offset = item.get("RealWorldValueSlope"), item.get("RealWorldValueIntercept")
        if slope is not None and offset is not None:
            return Linear(float(slope), float(offset))
    return None


def _all_or_none(known: Sequence[object], slices: Sequence[Slice]) -> None:
    if len(known) != len(slices):
        raise refusal(
            "Some slices have their vendor's scale and others have not; send the originals.",
            StackCode.MIXED_SCALING,
        )
