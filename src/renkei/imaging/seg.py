"""DICOM segmentation ↔ labels: binary and label map, placed by the image that they refer to."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, generate_uid

from renkei import __version__
from renkei.errors import DataRefusedError
from renkei.imaging.codes import ANATOMICAL_STRUCTURE, Code
from renkei.imaging.dicom import pixels_of, read_object
from renkei.imaging.labels import LabelSet, Segment, to_label_map
from renkei.imaging.volume import Volume
from renkei.plugins import need_extra

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
NUMBER_OF_SERIES = 900
PLACE_MM = 0.1


class SegRefusedError(DataRefusedError):
    """The object is no segmentation of this image."""


def write_seg(
    labels: LabelSet,
    sources: Sequence[Dataset],
    *,
    series_uid: str | None = None,
    sop_uid: str | None = None,
    description: str = "Segmentation",
    label_map: bool = False,
    assisted: Sequence[str] = (),
) -> bytes:
    """Return a SEG (PS3.3 A.51) of labels on the images `sources`, in z order.

    Binary holds overlaps; a `label_map` is far smaller and holds none, and its segments keep
    their numbers (to 65,535), where those of a binary one must count from 1 without gaps.
    Segments named in `assisted` were proposed by a program (SEMIAUTOMATIC), others drawn.

    Raises:
        SegRefusedError: The labels do not lie on the images' grid, or there are none.
        OverlapError: Two labels share a voxel and it is to be a label map.
    """
    need_extra("imaging", "highdicom")
    import highdicom as hd

    if len(sources) != labels.geometry.shape[0]:
        raise SegRefusedError("The labels and the images have different numbers of slices.")
    if not labels.segments:
        raise SegRefusedError("There is no label to write; say at least what is absent.")
    kinds = hd.seg.SegmentationTypeValues
    planes = _numbers(labels) if label_map else _planes_of(labels)
    segmentation = hd.seg.Segmentation(
        source_images=list(sources),
        pixel_array=planes,
        segmentation_type=kinds.LABELMAP if label_map else kinds.BINARY,
        segment_descriptions=[
            _described(hd, s, helped=s.name in assisted) for s in labels.segments
        ],
        series_instance_uid=series_uid or generate_uid(),
        series_number=NUMBER_OF_SERIES,
        sop_instance_uid=sop_uid or generate_uid(),
        instance_number=1,
        manufacturer="Renkei",
        manufacturer_model_name="Renkei",
        software_versions=__version__,
        device_serial_number="0",
        series_description=description,
        transfer_syntax_uid=RLELossless if label_map else ExplicitVRLittleEndian,
        # Only frames with something in them; an empty segment stays as one that was looked for.
        omit_empty_frames=any(s.mask.any() for s in labels.segments),
        # Else the source's own character set is taken over, and a Japanese name is lost in it.
        specific_character_set="ISO_IR 192",
    )
    segmentation.ContentLabel = "RENKEI"
    out = BytesIO()
    segmentation.save_as(out)
    return out.getvalue()


def _planes_of(labels: LabelSet) -> NDArray[np.uint8]:
    return np.stack([s.mask for s in labels.segments], axis=-1).astype(np.uint8)


def _numbers(labels: LabelSet) -> NDArray[Any]:
    flat = to_label_map(labels)
    return flat.astype(np.uint8) if labels.segments[-1].number < 256 else flat


def _described(hd: Any, segment: Segment, *, helped: bool) -> Any:
    def code(c: Code) -> Any:
        return hd.sr.CodedConcept(value=c.value, scheme_designator=c.scheme, meaning=c.meaning)

    kinds = hd.seg.SegmentAlgorithmTypeValues
    return hd.seg.SegmentDescription(
        segment_number=segment.number,
        segment_label=segment.name,
        segmented_property_category=code(ANATOMICAL_STRUCTURE),
        segmented_property_type=code(segment.code),
        algorithm_type=kinds.SEMIAUTOMATIC if helped else kinds.MANUAL,
        algorithm_identification=_proposed(hd) if helped else None,
    )


def _proposed(hd: Any) -> Any:
    family = hd.sr.CodedConcept(
        value="123109", scheme_designator="DCM", meaning="Manual Processing"
    )
    return hd.AlgorithmIdentificationSequence("Renkei", family, __version__)


def read_seg(source: bytes, image: Volume, *, vocabulary: str = "") -> LabelSet:
    """Return the labels of a binary, fractional or label-map SEG on the grid of its image.

    A fractional segment holds the voxels that it covers, or belongs to, by half or more. Frames
    are placed by the images that they name, else by their place in the same frame of reference.

    Raises:
        SegRefusedError: It is no SEG, of another matrix, or lies on images not in the series.
    """
    dataset = read_object(source)
    if str(dataset.get("SOPClassUID", "")) not in {SEGMENTATION, LABEL_MAP}:
        raise SegRefusedError("This is not a segmentation.")
    if (int(dataset.Rows), int(dataset.Columns)) != image.geometry.shape[1:]:
        raise SegRefusedError("The segmentation has another matrix than its image.")
    frames = pixels_of(dataset).reshape(-1, *image.geometry.shape[1:])
    label_map = str(dataset.get("SegmentationType", "")) == "LABELMAP"
    masks = {
        int(s.SegmentNumber): np.zeros(image.geometry.shape, bool)
        for s in dataset.SegmentSequence
        if int(s.SegmentNumber) > 0
    }
    where = {uid: z for z, uid in enumerate(image.sop_uids)}
    for frame, groups in zip(frames, dataset.PerFrameFunctionalGroupsSequence, strict=True):
        z = _slice_of(groups, dataset, where)
        z = _slice_at(groups, dataset, image) if z is None else z
        for number, plane in _planes(frame, groups, dataset, label_map=label_map):
            if number in masks:
                masks[number][z] |= plane
    segments = tuple(
        Segment(int(s.SegmentNumber), str(s.SegmentLabel), _code(s), masks[int(s.SegmentNumber)])
        for s in sorted(dataset.SegmentSequence, key=lambda s: int(s.SegmentNumber))
        if int(s.SegmentNumber) in masks
    )
    return LabelSet(image.geometry, segments, vocabulary)


def _planes(
    frame: NDArray[Any], groups: Dataset, dataset: Dataset, *, label_map: bool
) -> list[tuple[int, NDArray[np.bool_]]]:
    if label_map:
        return [(int(n), frame == n) for n in np.unique(frame) if n]
    # A SEG of one segment may keep its number in the shared groups.
    shared = dataset.SharedFunctionalGroupsSequence[0]
    holder = groups if "SegmentIdentificationSequence" in groups else shared
    number = int(holder.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
    if str(dataset.get("SegmentationType", "")) == "FRACTIONAL":
        full = int(dataset.MaximumFractionalValue)
        return [(number, frame.astype(np.uint32) * 2 >= max(full, 1))]
    return [(number, frame > 0)]


def _slice_of(groups: Dataset, dataset: Dataset, where: dict[str, int]) -> int | None:
    shared = dataset.SharedFunctionalGroupsSequence[0]
    holder = groups if "DerivationImageSequence" in groups else shared
    for derivation in holder.get("DerivationImageSequence") or ():
        for source in derivation.get("SourceImageSequence") or ():
            z = where.get(str(source.ReferencedSOPInstanceUID))
            if z is not None:
                return z
    return None


def _slice_at(groups: Dataset, dataset: Dataset, image: Volume) -> int:
    """Return the slice on which a frame lies, pixel upon pixel."""
    shared = dataset.SharedFunctionalGroupsSequence[0]

    def group(name: str) -> Dataset:
        found = groups.get(name) or shared.get(name)
        if not found or str(dataset.get("FrameOfReferenceUID", "")) != image.frame_of_reference_uid:
            raise SegRefusedError("The segmentation refers to images that are not in this series.")
        first: Dataset = found[0]
        return first

    place = np.array(group("PlanePositionSequence").ImagePositionPatient, dtype=float)
    turned = np.array(group("PlaneOrientationSequence").ImageOrientationPatient, dtype=float)
    steps = np.array(group("PixelMeasuresSequence").PixelSpacing, dtype=float)
    grid = image.geometry
    z, y, x = grid.index((float(place[0]), float(place[1]), float(place[2])))
    along = grid.axes[:, :2].T.ravel()
    near = max(abs(y) * grid.spacing[1], abs(x) * grid.spacing[2])
    off = max(near, abs(z - round(z)) * grid.spacing[0])
    # Over the whole matrix a turn or another spacing must not add up to more than the tolerance.
    wide = max(grid.shape[1:]) * max(grid.spacing[1:])
    drift = max(
        float(np.abs(along - turned).max()) * wide,
        float(np.abs(steps - grid.spacing[1:]).max()) * max(grid.shape[1:]),
    )
    if not 0 <= round(z) < grid.shape[0] or off > PLACE_MM or drift > PLACE_MM:
        raise SegRefusedError("A frame of the segmentation lies on no slice of this series.")
    return round(z)


def _code(segment: Dataset) -> Code:
    concept = segment.SegmentedPropertyTypeCodeSequence[0]
    return Code(
        str(concept.CodingSchemeDesignator), str(concept.CodeValue), str(concept.CodeMeaning)
    )
