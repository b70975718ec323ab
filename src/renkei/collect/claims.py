"""What a label file says of the image that it was drawn on, whatever it is written in."""

from dataclasses import dataclass

import msgspec

from renkei.collect.kinds import MalformedError
from renkei.errors import DataRefusedError
from renkei.imaging.geometry import Geometry

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
DEEPEST = 4  # a multi-polygon's lists
POLYGONS = frozenset({"Polygon", "MultiPolygon", "Point", "LineString"})


class NothingMarkedError(DataRefusedError):
    """The file is readable and marks nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What binds a label to its image; empty where the file says nothing.

    `images` are SOP instance UIDs, `frames` frames of reference, `grid` a NIfTI's voxels, `size`
    and `reach` the image's size and the farthest point in pixels (x, y).
    """

    images: frozenset[str] = frozenset()
    frames: frozenset[str] = frozenset()
    grid: Geometry | None = None
    size: tuple[int, int] | None = None
    reach: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A label as it was recognised: `format` names the reader, `summary` holds no content."""

    format: str
    summary: dict[str, object]
    claim: Claim


class Root(msgspec.Struct):
    """The members by which COCO and GeoJSON are told apart."""

    features: msgspec.Raw = msgspec.Raw()
    annotations: msgspec.Raw = msgspec.Raw()


def read_dicom_label(data: bytes) -> Read:
    """Recognise a SEG, RT structure set, measurement report or microscopy annotation.

    Raises:
        NothingMarkedError: It is another object, or marks nothing.
        DataRefusedError: It cannot be read.
    """
    from renkei.imaging.ann import ANNOTATIONS, read_ann
    from renkei.imaging.dicom import pixel_sha256, read_header
    from renkei.imaging.measurements import REPORTS, read_measurements
    from renkei.imaging.rtstruct import STRUCTURE_SET, frames_of, images_of

    dataset = read_header(data)
    sop_class = str(dataset.get("SOPClassUID", ""))
    frame = str(dataset.get("FrameOfReferenceUID") or "")
    frames = frozenset({frame} - {""})
    if sop_class in {SEGMENTATION, LABEL_MAP}:
        pixel_sha256(data)
        segments = len(dataset.get("SegmentSequence") or [])
        found = {"segments": segments, "frames": int(dataset.get("NumberOfFrames") or 1)}
        return Read("seg", dict(found), Claim(_named(dataset), frames))
    if sop_class == STRUCTURE_SET:
        rois = dataset.get("ROIContourSequence") or ()
        contours = sum(len(roi.get("ContourSequence") or ()) for roi in rois)
        if not contours:
            raise NothingMarkedError("The structure set holds no contour.")
        claim = Claim(frozenset(images_of(dataset)), frozenset(frames_of(dataset)) | frames)
        return Read("rtstruct", {"structures": len(rois), "contours": contours}, claim)
    if sop_class in REPORTS:
        report = read_measurements(data)
        numbers = sum(len(group.numbers) for group in report.groups)
        found = {"groups": len(report.groups), "measurements": numbers}
        return Read("sr", dict(found), Claim(report.images | _named(dataset)))
    if sop_class == ANNOTATIONS:
        outlines = read_ann(data)
        reach = _reach([p for o in outlines for p in o.rings[0]])
        return Read("ann", {"outlines": len(outlines)}, Claim(_named(dataset), reach=reach))
    raise NothingMarkedError("The DICOM object marks nothing in an image.")


def read_json_label(data: bytes) -> Read:
    """Recognise COCO of one image, or GeoJSON as QuPath exports it.

    Raises:
        MalformedError: It is neither.
        NothingMarkedError: It holds no outline, or an unknown one.
        DataRefusedError: The COCO file is of several images, or holds boxes only.
    """
    from renkei.imaging.coco import read_coco

    try:
        listed = data.lstrip()[:1] == b"["
        root = Root() if listed else msgspec.json.decode(data, type=Root)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedError("The file is no JSON object or list.") from error
    if bytes(root.annotations) and not bytes(root.features):
        coco = read_coco(data)
        if not coco.outlines:
            raise NothingMarkedError("The COCO file marks nothing.")
        reach = _reach([p for o in coco.outlines for p in o.rings[0]])
        claim = Claim(size=(coco.width, coco.height), reach=reach)
        return Read("coco", {"outlines": len(coco.outlines)}, claim)
    return _geojson(data, listed=listed)


def read_nifti_label(content: bytes) -> Read:
    """Recognise a NIfTI label map.

    Raises:
        NothingMarkedError: Its voxels are no whole numbers.
        DataRefusedError: It cannot be read.
    """
    import numpy as np

    from renkei.imaging.nifti import read_nifti

    volume = read_nifti(content)
    values = np.unique(volume.voxels)
    if not np.array_equal(values, np.round(values)) or values.size > 1024:
        raise NothingMarkedError("The volume holds grey values, not labels.")
    shape = [int(n) for n in volume.geometry.shape]
    found = {"shape": shape, "labels": int(np.count_nonzero(values))}
    return Read("nifti", dict(found), Claim(grid=volume.geometry))


class Shape(msgspec.Struct):
    """The part of a GeoJSON geometry that intake relies on."""

    type: str
    coordinates: list[object]


class Feature(msgspec.Struct):
    """One outline."""

    geometry: Shape | None


class Collection(msgspec.Struct, tag_field="type", tag="FeatureCollection"):
    """A GeoJSON feature collection (RFC 7946)."""

    features: list[Feature]


def _geojson(data: bytes, *, listed: bool) -> Read:
    try:
        features = (
            msgspec.json.decode(data, type=list[Feature])
            if listed
            else msgspec.json.decode(data, type=Collection).features
        )
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedError("The file is neither GeoJSON nor COCO.") from error
    shapes = [f.geometry for f in features if f.geometry is not None]
    if not shapes or not {shape.type for shape in shapes} <= POLYGONS:
        raise NothingMarkedError("The GeoJSON file holds no outline, or an unknown one.")
    points: list[tuple[float, float]] = []
    for shape in shapes:
        _points(shape.coordinates, points)
    return Read("geojson", {"outlines": len(shapes)}, Claim(reach=_reach(points)))


def _points(value: list[object], found: list[tuple[float, float]], depth: int = 0) -> None:
    if depth > DEEPEST:
        raise MalformedError("The coordinates of an outline are nested too deeply.")
    if len(value) >= 2 and all(isinstance(v, (int, float)) for v in value[:2]):
        x, y = value[:2]
        found.append((float(str(x)), float(str(y))))
        return
    for inner in value:
        if not isinstance(inner, list):
            raise MalformedError("The coordinates of an outline are broken.")
        _points(inner, found, depth + 1)


def _reach(points: list[tuple[float, float]]) -> tuple[float, float]:
    if not points or min(min(point) for point in points) < 0:
        raise NothingMarkedError("An outline lies left of or above the image.")
    return max(x for x, _ in points), max(y for _, y in points)


def _named(dataset: object) -> frozenset[str]:
    """Return the images that an object names, wherever it does."""
    from pydicom import Dataset

    found: set[str] = set()
    waiting = [dataset]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Dataset):
            continue
        if uid := item.get("ReferencedSOPInstanceUID"):
            found.add(str(uid))
        for element in item:
            if element.VR == "SQ":
                waiting += element.value
    return frozenset(found)
