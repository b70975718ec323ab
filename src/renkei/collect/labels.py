"""Labels that come along: NIfTI, DICOM SEG or GeoJSON, checked for what they are."""

import msgspec

from renkei.collect.kinds import MalformedError, UnknownSubjectError
from renkei.collect.part import GZIP, Part, Sent, inflate, refuse_archive
from renkei.errors import DataRefusedError

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
NIFTI_MAGIC = (b"n+1\0", b"n+2\0")
POLYGONS = frozenset({"Polygon", "MultiPolygon", "Point", "LineString"})


class NotALabelError(DataRefusedError):
    """The file is readable and marks nothing."""


class Geometry(msgspec.Struct):
    """The part of a GeoJSON geometry that intake relies on."""

    type: str


class Feature(msgspec.Struct):
    """One outline."""

    geometry: Geometry | None


class Collection(msgspec.Struct, tag_field="type", tag="FeatureCollection"):
    """A GeoJSON feature collection (RFC 7946)."""

    features: list[Feature]


def part_label(sent: Sent) -> list[Part]:
    """Take a label of one subject; what it means is read when it is imported into a task.

    Raises:
        UnknownSubjectError: It was sent for nobody.
        MalformedError: It is neither NIfTI nor DICOM SEG nor GeoJSON.
        NotALabelError: Its voxels are no whole numbers, or it has no outline.
    """
    refuse_archive(sent.data)
    if sent.subject is None:
        raise UnknownSubjectError("A label must be sent for one subject.")
    if sent.data[128:132] == b"DICM":
        return [Part(sent.subject, sent.data, "seg", _seg(sent.data))]
    if sent.data.lstrip()[:1] == b"{":
        return [Part(sent.subject, sent.data, "geojson", _geojson(sent.data))]
    content = inflate(sent.data) if sent.data.startswith(GZIP) else sent.data
    if content[344:348] in NIFTI_MAGIC or content[4:8] in NIFTI_MAGIC:
        return [Part(sent.subject, sent.data, "nifti", _nifti(content))]
    raise MalformedError("A label is NIfTI, DICOM SEG or GeoJSON.")


def _seg(data: bytes) -> dict[str, object]:
    from renkei.imaging.dicom import instance_facts, pixel_sha256, read_header

    dataset = read_header(data)
    said = instance_facts(dataset)
    if said.sop_class_uid != SEGMENTATION:
        raise NotALabelError("The DICOM object is not a segmentation.")
    pixel_sha256(data)
    return {"segments": len(dataset.get("SegmentSequence") or []), "frames": said.frames}


def _geojson(data: bytes) -> dict[str, object]:
    try:
        found = msgspec.json.decode(data, type=Collection)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedError("The file is not a GeoJSON feature collection.") from error
    kinds = [f.geometry.type for f in found.features if f.geometry is not None]
    if not kinds or not set(kinds) <= POLYGONS:
        raise NotALabelError("The GeoJSON file holds no outline, or an unknown one.")
    return {"outlines": len(kinds)}


def _nifti(content: bytes) -> dict[str, object]:
    import numpy as np

    from renkei.imaging.nifti import read_nifti

    volume = read_nifti(content)
    values = np.unique(volume.voxels)
    if not np.array_equal(values, np.round(values)) or values.size > 1024:
        raise NotALabelError("The volume holds grey values, not labels.")
    shape = [int(n) for n in volume.geometry.shape]
    return {"shape": shape, "labels": int(np.count_nonzero(values))}
