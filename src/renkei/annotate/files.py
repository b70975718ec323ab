"""Label files: NIfTI, DICOM SEG, RT structures and packed labels, on the grid of their image.

Measurement reports are read only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import FileDataset

from renkei.annotate.compare import label_set
from renkei.annotate.vocabulary import Vocabulary
from renkei.errors import DataRefusedError, UsageError
from renkei.imaging.ann import read_ann
from renkei.imaging.coco import read_coco
from renkei.imaging.codes import Code
from renkei.imaging.dicom import read_header
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, pack, to_label_map, unpack
from renkei.imaging.measurements import REPORTS, read_measurements, regions_on
from renkei.imaging.nifti import nifti_bytes, read_nifti
from renkei.imaging.outlines import Outline, read_geojson
from renkei.imaging.rtstruct import STRUCTURE_SET, read_rtstruct, write_rtstruct
from renkei.imaging.seg import LABEL_MAP, SEGMENTATION, read_seg, write_seg
from renkei.imaging.volume import Volume, read_series

PLACE_MM = 0.05  # NIfTI keeps places as float32


class LabelFileRefusedError(DataRefusedError):
    """A file holds no labels of this vocabulary on this image."""


class ImageNeededError(UsageError):
    """A DICOM segmentation is read and written only beside its image."""


class Format(StrEnum):
    """How labels are written outside; those without a suffix below are read only."""

    NIFTI = "nifti"
    SEG = "seg"
    PACKED = "packed"
    GEOJSON = "geojson"
    LABEL_MAP = "labelmap"
    RTSTRUCT = "rtstruct"
    SR = "sr"
    ANN = "ann"
    COCO = "coco"


# The longer ending first: it names the shorter one's special case.
SUFFIX: Mapping[Format, str] = {
    Format.NIFTI: ".nii.gz",
    Format.LABEL_MAP: ".labelmap.dcm",
    Format.RTSTRUCT: ".rtstruct.dcm",
    Format.ANN: ".ann.dcm",
    Format.SEG: ".dcm",
    Format.PACKED: ".rklb",
    Format.GEOJSON: ".geojson",
    Format.COCO: ".coco.json",
}


# What DICOM objects hold refers to the images that they were drawn on.
WITH_IMAGE = frozenset({Format.SEG, Format.LABEL_MAP, Format.RTSTRUCT, Format.ANN})
OF_SLIDES = frozenset({Format.GEOJSON, Format.COCO, Format.ANN})
CLASSES: Mapping[str, Format] = {
    SEGMENTATION: Format.SEG,
    LABEL_MAP: Format.LABEL_MAP,
    STRUCTURE_SET: Format.RTSTRUCT,
    **dict.fromkeys(REPORTS, Format.SR),
}


def format_of(path: Path) -> Format:
    """Return the format that a file's name says.

    Raises:
        LabelFileRefusedError: The name says none.
    """
    if path.name.endswith(".nii"):
        return Format.NIFTI
    for kind, suffix in SUFFIX.items():
        if path.name.endswith(suffix):
            return kind
    raise LabelFileRefusedError(f"Label files end in {', '.join(SUFFIX.values())}.")


def format_in(path: Path) -> Format:
    """Return the format of a file that is there: a DICOM object says itself what it is.

    Raises:
        LabelFileRefusedError: Neither its name nor its class says one.
    """
    kind = format_of(path)
    if path.suffix != ".dcm":
        return kind
    said = read_header(path.read_bytes()).get("SOPClassUID", "")
    return CLASSES.get(str(said), kind)


def read_labels(
    data: bytes,
    kind: Format,
    vocabulary: Vocabulary,
    *,
    image: Volume | None = None,
    values: Mapping[int, str] | None = None,
) -> LabelSet:
    """Read labels and bring them into the vocabulary; on the image's grid when there is one.

    `values` says which number of a NIfTI means which key; without it the vocabulary's numbers
    count. Segments, structures and regions are found by code, then by name. For bytes from
    outside, call this through `renkei.child`.

    Raises:
        LabelFileRefusedError: Numbers or segments without a term, another grid, or a slide's file.
        ImageNeededError: A DICOM label without its image.
    """
    if kind is Format.PACKED:
        labels = unpack(data)
        named = {segment.name: segment.mask for segment in labels.segments}
        return _placed(labels.geometry, named, vocabulary, image)
    if kind is Format.NIFTI:
        return _read_nifti(data, vocabulary, image, values)
    if image is None:
        raise ImageNeededError("Say which image the segmentation belongs to.")
    found: dict[str, NDArray[np.bool_]] = {}
    for segment in _on_image(data, kind, image).segments:
        key = key_of(vocabulary, segment.name, segment.code)
        found[key] = segment.mask | found.get(key, np.False_)
    return _placed(image.geometry, found, vocabulary, image)


def _on_image(data: bytes, kind: Format, image: Volume) -> LabelSet:
    if kind in {Format.SEG, Format.LABEL_MAP}:
        return read_seg(data, image)
    if kind is Format.RTSTRUCT:
        return read_rtstruct(data, image)
    if kind is Format.SR:
        return regions_on(read_measurements(data), image)
    raise LabelFileRefusedError("Outlines in pixels are of a slide; bring them into its task.")


def key_of(vocabulary: Vocabulary, name: str, code: Code | None) -> str:
    """Return the vocabulary's key of a label, by its code, else by its name.

    Raises:
        LabelFileRefusedError: The vocabulary has neither.
    """
    keys = [t.key for t in vocabulary.terms if code is not None and t.code.value == code.value]
    keys += [t.key for t in vocabulary.terms if name in {t.key, t.en, t.ja}]
    if not keys:
        raise LabelFileRefusedError(
            "A segment has neither code nor name of the vocabulary; name it as there."
        )
    return keys[0]


def read_outlines(data: bytes, kind: Format, vocabulary: Vocabulary) -> tuple[Outline, ...]:
    """Read a slide's outlines and name them by the vocabulary's keys.

    For bytes from outside, call this through `renkei.child`.

    Raises:
        LabelFileRefusedError: An outline of a class without a term, or a file of a volume.
        DataRefusedError: It cannot be read.
    """
    if kind is Format.ANN:
        found = read_ann(data)
    elif kind is Format.COCO:
        found = read_coco(data).outlines
    elif kind is Format.GEOJSON:
        found = read_geojson(data)
    else:
        raise LabelFileRefusedError("This file is of a volume; a slide takes outlines.")
    return tuple(replace(one, name=key_of(vocabulary, one.name, one.code)) for one in found)


def _read_nifti(
    data: bytes, vocabulary: Vocabulary, image: Volume | None, values: Mapping[int, str] | None
) -> LabelSet:
    volume = read_nifti(data)
    voxels = volume.voxels
    present = sorted(int(n) for n in np.unique(voxels) if n)
    if any(float(n) != int(n) for n in np.unique(voxels)):
        raise LabelFileRefusedError(
            "The NIfTI holds fractions, so it is no label map; send whole numbers."
        )
    names = values or {term.number: term.key for term in vocabulary.terms}
    if unknown := [n for n in present if n not in names]:
        raise LabelFileRefusedError(
            "The NIfTI holds numbers that no label has; say what they mean.",
            numbers=", ".join(map(str, unknown)),
        )
    found: dict[str, NDArray[np.bool_]] = {}
    for number, key in names.items():
        vocabulary.term(key)
        mask = voxels == number
        if key in found:
            mask |= found[key]
        # A number that was asked for and is not there is an asserted absence only when named.
        if mask.any() or values is not None:
            found[key] = mask
    return _placed(volume.geometry, found, vocabulary, image)


def _placed(
    geometry: Geometry,
    masks: Mapping[str, NDArray[np.bool_]],
    vocabulary: Vocabulary,
    image: Volume | None,
) -> LabelSet:
    for key in masks:
        vocabulary.term(key)
    if image is None:
        return label_set(LabelSet(geometry, ()), masks, vocabulary)
    moved = {key: regrid(mask, geometry, image.geometry) for key, mask in masks.items()}
    return label_set(LabelSet(image.geometry, ()), moved, vocabulary)


def regrid(mask: NDArray[np.bool_], source: Geometry, target: Geometry) -> NDArray[np.bool_]:
    """Return a mask on a grid of the same points whose axes run in another order or direction.

    Raises:
        LabelFileRefusedError: The grids hold different points; labels are never resampled here.
    """
    if source.close_to(target, PLACE_MM):
        return mask
    turn = np.linalg.inv(source.affine) @ target.affine
    whole = np.rint(turn[:3, :3])
    if not (np.abs(whole).sum(axis=0) == 1).all() or not (np.abs(whole).sum(axis=1) == 1).all():
        raise LabelFileRefusedError(
            "The labels do not lie on the grid of their image; export them again on it."
        )
    order = [int(np.flatnonzero(whole[:, axis])[0]) for axis in range(3)]
    # Index axes are (x, y, z) in the matrix and (z, y, x) in arrays.
    moved = np.transpose(mask, [2 - order[2 - axis] for axis in range(3)])
    flips = [axis for axis in range(3) if whole[order[2 - axis], 2 - axis] < 0]
    moved = np.ascontiguousarray(np.flip(moved, tuple(flips)))
    if moved.shape != target.shape or not _same_points(source, target, whole):
        raise LabelFileRefusedError(
            "The labels do not lie on the grid of their image; export them again on it."
        )
    return moved


def _same_points(source: Geometry, target: Geometry, whole: NDArray[np.float64]) -> bool:
    size = np.array(source.shape[::-1]) - 1
    first = np.where(whole.sum(axis=1) < 0, size, 0)
    last = size - first
    ends = ((0, 0, 0), tuple(n - 1 for n in target.shape))
    for place, index in zip(ends, (first, last), strict=True):
        z, y, x = (float(n) for n in index[::-1])
        apart = np.subtract(target.point(*place), source.point(z, y, x))
        if float(np.linalg.norm(apart)) > PLACE_MM:
            return False
    return True


def write_labels(
    labels: LabelSet,
    kind: Format,
    *,
    sources: Sequence[FileDataset] = (),
    assisted: Sequence[str] = (),
) -> bytes:
    """Return labels in a format; `sources` are the image's objects in z order, for DICOM.

    `assisted` are the labels that a program proposed and a person changed or accepted.

    Raises:
        OverlapError: Two labels share a voxel and the format cannot hold that.
        ImageNeededError: A SEG without its image.
    """
    if kind is Format.PACKED:
        return pack(labels)
    if kind is Format.NIFTI:
        return nifti_bytes(Volume(to_label_map(labels), labels.geometry, "SEG"))
    if kind in WITH_IMAGE:
        _check_sources(sources)
        if kind is Format.LABEL_MAP:
            return write_seg(labels, sources, label_map=True, assisted=assisted)
        if kind is Format.RTSTRUCT:
            return write_rtstruct(labels, sources)
        # A SEG counts its segments from 1 without gaps; codes and names say what they are.
        counted = tuple(replace(s, number=n) for n, s in enumerate(labels.segments, start=1))
        return write_seg(replace(labels, segments=counted), sources, assisted=assisted)
    raise LabelFileRefusedError("GeoJSON and COCO are for slides; write a volume as NIfTI or SEG.")


def _check_sources(sources: Sequence[FileDataset]) -> None:
    if not sources:
        raise ImageNeededError("Say which DICOM image the labels belong to.")
    if not all(source.get("SOPClassUID") for source in sources):
        raise LabelFileRefusedError(
            "The images do not say what they are (0008,0016), so nothing can refer to them."
        )


def losses(labels: LabelSet, kind: Format) -> tuple[str, ...]:
    """Return what a format does not keep of these labels, one sentence each."""
    said = []
    if labels.marks and kind is not Format.PACKED:
        said.append("Measurements and answers are left out; write them as a report or a table.")
    absent = [s.name for s in labels.segments if not s.mask.any()]
    if absent and kind is Format.RTSTRUCT:
        said.append(f"Absence is not read back from it: {', '.join(absent)}.")
    if kind is Format.SEG and [s.number for s in labels.segments] != [
        n for n, _ in enumerate(labels.segments, start=1)
    ]:
        said.append("Numbers count from 1 without gaps; names and codes stay.")
    if kind is Format.NIFTI:
        said.append("Places are kept to 0.05 mm: NIfTI holds them in single precision.")
    if kind in WITH_IMAGE:
        said.append("The version of the vocabulary is not named; names and codes stay.")
    return tuple(said)


def read_image(path: Path) -> tuple[Volume, tuple[FileDataset, ...]]:
    """Return an image from a NIfTI file or a folder of DICOM, with its objects in z order."""
    if path.is_file():
        return read_nifti(path), ()
    files = sorted(file for file in path.rglob("*") if file.is_file())
    # Licences and notes lie beside scans; PS3.10 marks its files.
    contents = (file.read_bytes() for file in files)
    return read_dicom([data for data in contents if data[128:132] == b"DICM"])


def read_dicom(files: Sequence[bytes]) -> tuple[Volume, tuple[FileDataset, ...]]:
    """Return a DICOM series as a volume, with its objects in z order when they have names."""
    from io import BytesIO

    volume = read_series(files)
    objects = {str(d.SOPInstanceUID): d for d in (dcmread(BytesIO(file)) for file in files)}
    if len(objects) != len(volume.sop_uids):
        return volume, ()  # stripped of their own names, nothing can refer to them
    return volume, tuple(objects[uid] for uid in volume.sop_uids)
