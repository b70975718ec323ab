"""A series as a few pictures in which each word that stands in any frame can be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from renkei.errors import DataRefusedError
from renkei.imaging.dicom import read_object, shape_of
from renkei.imaging.pixels import frames

# HU: soft tissue, lung; text is written by a console in the window that it was shown in.
CT_WINDOWS = ((-160.0, 240.0), (-1350.0, 150.0))
SAMPLES = 5
Grey = NDArray[np.float32]
Picture = NDArray[np.uint8]


class MixedSizesError(DataRefusedError):
    """The files hold pictures of several sizes, which cannot be laid over each other."""


@dataclass(slots=True)
class _Sum:
    """The brightest and darkest value of each pixel so far, and a few frames as they are."""

    total: int
    highest: Grey | None = None
    lowest: Grey | None = None
    seen: int = 0
    samples: list[Grey] = field(default_factory=list)

    def add(self, bright: Grey, dark: Grey) -> None:
        if self.highest is None or self.lowest is None:
            self.highest, self.lowest = bright.copy(), dark.copy()
        elif bright.shape != self.highest.shape:
            raise MixedSizesError("The pictures are of several sizes; look at each size alone.")
        else:
            np.maximum(self.highest, bright, out=self.highest)
            np.minimum(self.lowest, dark, out=self.lowest)
        # Words that move lie over each other in a projection; in a frame they can be read.
        if self.seen * SAMPLES // self.total != (self.seen - 1) * SAMPLES // self.total:
            self.samples.append(bright.copy())
        self.seen += 1


def project(files: Sequence[Path | bytes]) -> list[Picture]:
    """Return grey pictures (y, x) of the series, each different from the others.

    The brightest and the darkest value over all frames, and frames from all over the series, each
    in several windows.

    Raises:
        MixedSizesError: The pictures differ in size.
        DataRefusedError: A picture cannot be decoded.
    """
    found = _Sum(_count(files))
    modality = ""
    for file in files:
        dataset = read_object(file)
        modality = str(dataset.get("Modality", ""))
        for bright, dark in _frames(dataset):
            found.add(bright, dark)
    if found.highest is None or found.lowest is None:
        return []
    pictures = [
        picture
        for plane in (found.highest, found.lowest)
        for picture in _windows(plane, ct=modality == "CT")
    ]
    if found.seen > 1:
        pictures += [one for plane in found.samples for one in islice(_windows(plane, ct=False), 1)]
    return list({picture.tobytes(): picture for picture in pictures}.values())


def _count(files: Sequence[Path | bytes]) -> int:
    # One object of many frames, or many objects of one: mixed series are sampled a little thinner.
    first = int(read_object(files[0]).get("NumberOfFrames") or 1) if files else 1
    return max(1, len(files) * first)


def _frames(dataset: Dataset) -> Iterator[tuple[Grey, Grey]]:
    """Yield each frame's brightest and darkest channel, rescaled."""
    shape = shape_of(dataset)
    slope = float(dataset.get("RescaleSlope") or 1)
    offset = float(dataset.get("RescaleIntercept") or 0)
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    native_ybr = str(dataset.get("PhotometricInterpretation", "")) == "YBR_FULL"
    for frame in frames(dataset.PixelData, shape, syntax):
        if frame.ndim == 2:
            plane = frame.astype(np.float32) * np.float32(slope) + np.float32(offset)
            yield plane, plane
        elif native_ybr:
            yield frame[..., 0].astype(np.float32), frame[..., 0].astype(np.float32)
        else:
            yield frame.max(axis=-1).astype(np.float32), frame.min(axis=-1).astype(np.float32)


def _windows(plane: Grey, *, ct: bool) -> Iterator[Picture]:
    low, high = float(plane.min()), float(plane.max())
    if high <= low:
        return
    yield _grey(plane, low, high)
    # Faint words beside a bright scale, and words in a narrow window of a wide range.
    for first, last in CT_WINDOWS if ct else ((low, low + (high - low) / 4),):
        picture = _grey(plane, first, last)
        if picture.min() < picture.max():
            yield picture


def _grey(plane: Grey, low: float, high: float) -> Picture:
    scaled = np.clip((plane - low) * (255.0 / (high - low)), 0, 255)
    grey: Picture = scaled.astype(np.uint8)
    return grey
