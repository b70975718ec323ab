"""Enhanced multi-frame objects (PS3.3 C.7.6.16) as slices, each with its own place and scale."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from numpy.typing import NDArray
from pydicom.dataset import Dataset

from renkei.imaging import pixels
from renkei.imaging.dicom import decode_pixels
from renkei.imaging.pixels import NATIVE
from renkei.imaging.slices import Slice, changed
from renkei.imaging.stack import StackCode, refusal
from renkei.imaging.walk import EXPLICIT, TruncatedError

MOST_FRAMES = 20_000
SHARED, PER_FRAME = 0x52009229, 0x52009230
# Functional group: its elements, by the keyword that a single-frame object would have them under.
GROUPS: Mapping[str, Mapping[str, str]] = {
    "PlanePositionSequence": {"ImagePositionPatient": "ImagePositionPatient"},
    "PlaneOrientationSequence": {"ImageOrientationPatient": "ImageOrientationPatient"},
    "PixelMeasuresSequence": {
        "PixelSpacing": "PixelSpacing",
        "SliceThickness": "SliceThickness",
        "SpacingBetweenSlices": "SpacingBetweenSlices",
    },
    "PixelValueTransformationSequence": {
        "RescaleIntercept": "RescaleIntercept",
        "RescaleSlope": "RescaleSlope",
        "RescaleType": "RescaleType",
    },
    "FrameVOILUTSequence": {"WindowCenter": "WindowCenter", "WindowWidth": "WindowWidth"},
    "FrameContentSequence": {
        "TemporalPositionIndex": "TemporalPositionIndex",
        "FrameAcquisitionNumber": "AcquisitionNumber",
    },
    "MREchoSequence": {"EffectiveEchoTime": "EchoTime"},
    "MRTimingAndRelatedParametersSequence": {"RepetitionTime": "RepetitionTime"},
    "MRDiffusionSequence": {"DiffusionBValue": "DiffusionBValue"},
    "MRImageFrameTypeSequence": {"FrameType": "ImageType"},
    "CTImageFrameTypeSequence": {"FrameType": "ImageType"},
    "CTReconstructionSequence": {"ConvolutionKernel": "ConvolutionKernel"},
    "CTXRayDetailsSequence": {"KVP": "KVP"},
}
NEEDED = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")


def has_frames(one: Slice) -> bool:
    """Tell whether a file is a multi-frame object, also of one frame."""
    known = one.layout is not None and bool({SHARED, PER_FRAME} & one.layout.values.keys())
    return known or one.shape.frames > 1


def frames_of(one: Slice) -> list[Slice]:
    """Return each frame as a slice, by its own functional groups or the shared ones.

    Raises:
        SeriesRefusedError: A frame lacks its place, orientation or spacing.
    """
    whole = one.whole_header()
    shared = _first(whole, "SharedFunctionalGroupsSequence")
    own = list(whole.get("PerFrameFunctionalGroupsSequence") or ())
    if len(own) != one.shape.frames or not 0 < len(own) <= MOST_FRAMES:
        raise _incomplete()
    pictures = _Pictures(one)
    return [
        Slice(
            _header(one.header, shared, groups),
            one.shape,
            one.layout,
            one.source,
            partial(pictures.picture, n),
        )
        for n, groups in enumerate(own)
    ]


def _header(top: Dataset, shared: Dataset, own: Dataset) -> Dataset:
    """Return what a single-frame object of this frame would say."""
    said: dict[str, Any] = {}
    for group, names in GROUPS.items():
        item = _first(own, group) or _first(shared, group)
        for name, keyword in names.items():
            if (value := item.get(name)) is not None:
                said[keyword] = value
    if (direction := _gradient(own)) is not None:
        said["DiffusionGradientOrientation"] = direction
    header = changed(top, said)
    if not all(header.get(keyword) for keyword in NEEDED):
        raise _incomplete()
    return header


def _gradient(own: Dataset) -> Any:
    diffusion = _first(own, "MRDiffusionSequence")
    item = _first(diffusion, "DiffusionGradientDirectionSequence")
    return item.get("DiffusionGradientOrientation")


def _first(dataset: Dataset, keyword: str) -> Dataset:
    found = dataset.get(keyword)
    return found[0] if found else Dataset()


def _incomplete() -> Exception:
    return refusal(
        "The multi-frame object does not say where each frame lies; send the original.",
        StackCode.MULTIFRAME_INCOMPLETE,
    )


class _Pictures:
    """The frames of one object; compressed ones are found once and decoded one at a time."""

    def __init__(self, one: Slice) -> None:
        self._of = one
        self._one = pixels.Shape(
            **{
                name: getattr(one.shape, name)
                for name in one.shape.__dataclass_fields__
                if name != "frames"
            },
            frames=1,
        )
        self._streams: list[bytes] = []

    def picture(self, number: int) -> NDArray[Any]:
        layout = self._of.layout
        if layout is None:
            found: NDArray[Any] = decode_pixels(self._of.header)[number]
            return found
        syntax = layout.transfer_syntax
        offset, length = self._of.place()
        if syntax not in NATIVE:
            return pixels.decode_frame(self._stream(number, offset), self._one, syntax)
        size = self._one.frame_bytes
        if self._one.allocated == 1 or length < size * self._of.shape.frames:
            raise TruncatedError("The file holds fewer frames than it says; send it again.")
        value = self._of.value(offset + number * size, size)
        return next(pixels.frames(value, self._one, EXPLICIT))

    def _stream(self, number: int, offset: int) -> bytes:
        from pydicom.encaps import generate_frames

        if not self._streams:
            value = bytes(self._of.value(offset, -1))
            pixels.check_shape(value, self._of.shape)
            try:
                self._streams = list(generate_frames(value, number_of_frames=self._of.shape.frames))
            except (ValueError, EOFError, IndexError) as error:
                raise TruncatedError("The pixel data ends inside a frame.") from error
        if number >= len(self._streams):
            raise TruncatedError("The file holds fewer frames than it says; send it again.")
        return self._streams[number]
