"""Transforms as DICOM objects and back, and points carried through them.

A transform sends points of the fixed image to points of the moving one (LPS, mm). PS3.3 A.39.1
(Spatial Registration) states a matrix from the moving frame to the fixed one; A.39.2 (Deformable
Spatial Registration) states, on a grid of the fixed frame, how far each point lies from its match.
"""

import math
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from renkei import __version__
from renkei.errors import DataRefusedError
from renkei.imaging.codes import Code
from renkei.imaging.dicom import read_header
from renkei.imaging.nifti import to_sitk
from renkei.imaging.volume import Volume
from renkei.preprocess.itk import sitk
from renkei.preprocess.register import isotropic
from renkei.preprocess.rigid import matrix_of
from renkei.proof import canonical, digest

RIGID = UID("1.2.840.10008.5.1.4.1.1.66.1")
DEFORMABLE = UID("1.2.840.10008.5.1.4.1.1.66.3")
GRID_MM = 5.0
MOST_POINTS = 4_000_000
# The same input gives the same bytes, so that no clock may be in them.
NO_DATE, NO_TIME = "19700101", "000000"
CONTENT = Code("DCM", "125024", "Image Content-based Alignment")
ROUNDS = 50
CLOSE_MM = 1e-6


class RegistrationRefusedError(DataRefusedError):
    """The object states no transform that can be read."""


def registration_bytes(transform: Any, fixed: Volume, moving: Volume) -> bytes:
    """Return the DICOM object of a transform; the same transform gives the same bytes.

    Volumes without a frame of reference get one that is named by their voxels. Patient and date
    are left to who sends it.
    """
    frames = [_frame(fixed), _frame(moving)]
    linear = hasattr(transform, "GetMatrix")
    dataset = _head(fixed, frames, RIGID if linear else DEFORMABLE)
    if linear:
        dataset.RegistrationSequence = [
            _matrix_item(frames[0], np.eye(4), rigid=True),
            _matrix_item(frames[1], _four(transform.GetInverse()), rigid=_is_rigid(transform)),
        ]
    else:
        item = Dataset()
        item.SourceFrameOfReferenceUID = frames[1]
        item.RegistrationTypeCodeSequence = [_code()]
        item.DeformableRegistrationGridSequence = [_grid_item(transform, fixed)]
        dataset.DeformableRegistrationSequence = [item]
    uid = generate_uid(entropy_srcs=[digest(dataset.to_json().encode())])
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=[uid, "series"])
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def read_registration(source: bytes) -> Any:
    """Return the transform of an object as `registration_bytes` writes it.

    Raises:
        RegistrationRefusedError: It is none, or states no matrix or grid in a known form.
    """
    dataset = read_header(source)
    try:
        if dataset.SOPClassUID == RIGID:
            return _linear(dataset)
        if dataset.SOPClassUID == DEFORMABLE:
            return _field(dataset.DeformableRegistrationSequence[0])
    except (AttributeError, IndexError, TypeError, ValueError, RuntimeError) as error:
        raise RegistrationRefusedError("The registration states no transform.") from error
    raise RegistrationRefusedError("This is not a spatial registration.")


def carry_points(
    points: Sequence[Sequence[float]], transform: Any
) -> list[tuple[float, float, float]]:
    """Return where points of the moving image lie in the fixed one, by Newton's steps."""
    return [_back(np.array(point, float), transform) for point in points]


def carry_marks(marks: Sequence[Mapping[str, Any]], transform: Any) -> tuple[dict[str, Any], ...]:
    """Return marks with their points carried; what was measured stays as it was in its own space.

    An answer to a slice has no place on another grid, and is left out.
    """
    return tuple(
        {**mark, "points": [list(p) for p in carry_points(mark.get("points", ()), transform)]}
        for mark in marks
        if mark.get("kind") != "slice_class"
    )


def _back(point: NDArray[np.float64], transform: Any) -> tuple[float, float, float]:
    def there(at: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array(transform.TransformPoint(at.tolist()))

    at, step = point.copy(), np.eye(3) * 0.1
    for _ in range(ROUNDS):
        missed = point - there(at)
        if np.abs(missed).max() < CLOSE_MM:
            break
        slope = np.stack([(there(at + d) - there(at - d)) / 0.2 for d in step], axis=1)
        at = at + np.linalg.lstsq(slope, missed, rcond=None)[0]
    x, y, z = (float(v) for v in at)
    return x, y, z


def _head(fixed: Volume, frames: Sequence[str], kind: UID) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = kind
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    for empty in (
        "PatientName",
        "PatientID",
        "PatientBirthDate",
        "PatientSex",
        "StudyID",
        "Laterality",
    ):
        setattr(dataset, empty, "")
    for empty in ("StudyDate", "StudyTime", "ReferringPhysicianName", "AccessionNumber"):
        setattr(dataset, empty, "")
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = kind
    dataset.StudyInstanceUID = fixed.facts.study_uid or generate_uid(entropy_srcs=[*frames])
    dataset.Modality = "REG"
    dataset.SeriesNumber = "901"
    dataset.InstanceNumber = "1"
    dataset.FrameOfReferenceUID = frames[0]
    dataset.PositionReferenceIndicator = ""
    dataset.Manufacturer = dataset.ManufacturerModelName = "Renkei"
    dataset.SoftwareVersions = __version__
    dataset.DeviceSerialNumber = "0"
    dataset.ContentDate, dataset.ContentTime = NO_DATE, NO_TIME
    dataset.SeriesDate, dataset.SeriesTime = NO_DATE, NO_TIME
    dataset.ContentLabel = "RENKEI"
    dataset.ContentDescription = ""
    dataset.ContentCreatorName = ""
    return dataset


def _frame(volume: Volume) -> str:
    if volume.frame_of_reference_uid:
        return volume.frame_of_reference_uid
    place = canonical([list(volume.geometry.origin), list(volume.geometry.direction)])
    said = digest(np.ascontiguousarray(volume.voxels).tobytes())
    return str(generate_uid(entropy_srcs=[said, place.decode()]))


def _matrix_item(frame: str, matrix: NDArray[np.float64], *, rigid: bool) -> Dataset:
    one, holder, item = Dataset(), Dataset(), Dataset()
    # Sixteen characters hold a decimal string.
    one.FrameOfReferenceTransformationMatrix = [_decimal(v) for v in matrix.ravel()]
    one.FrameOfReferenceTransformationMatrixType = "RIGID" if rigid else "AFFINE"
    holder.RegistrationTypeCodeSequence = [_code()]
    holder.MatrixSequence = [one]
    item.FrameOfReferenceUID = frame
    item.MatrixRegistrationSequence = [holder]
    return item


def _decimal(value: float) -> str:
    return next(text for n in range(14, 8, -1) if len(text := f"{value:.{n}g}") <= 16)


def _code() -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator = CONTENT.value, CONTENT.scheme
    code.CodeMeaning = CONTENT.meaning
    return code


def _grid_item(transform: Any, fixed: Volume) -> Dataset:
    extent = [n * s for n, s in zip(fixed.geometry.shape, fixed.geometry.spacing, strict=True)]
    spacing = max(GRID_MM, math.cbrt(math.prod(extent) / MOST_POINTS))
    grid = isotropic(to_sitk(fixed), spacing)
    field = sitk.TransformToDisplacementField(
        transform,
        sitk.sitkVectorFloat32,
        grid.GetSize(),
        grid.GetOrigin(),
        grid.GetSpacing(),
        grid.GetDirection(),
    )
    axes = np.array(grid.GetDirection()).reshape(3, 3)
    item = Dataset()
    item.ImagePositionPatient = [_decimal(v) for v in grid.GetOrigin()]
    item.ImageOrientationPatient = [_decimal(v) for v in axes[:, :2].T.ravel()]
    item.GridDimensions = list(grid.GetSize())
    item.GridResolution = list(grid.GetSpacing())
    item.VectorGridData = sitk.GetArrayFromImage(field).astype("<f4").tobytes()
    return item


def _linear(dataset: Dataset) -> Any:
    holder = dataset.RegistrationSequence[-1].MatrixRegistrationSequence[0]
    back = np.array(holder.MatrixSequence[0].FrameOfReferenceTransformationMatrix, float)
    there = np.linalg.inv(back.reshape(4, 4))
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(there[:3, :3].ravel().tolist())
    transform.SetTranslation(there[:3, 3].tolist())
    return transform


def _field(item: Dataset) -> Any:
    if "PreDeformationMatrixRegistrationSequence" in item:
        raise RegistrationRefusedError("A matrix before the grid is not read.")
    grid = item.DeformableRegistrationGridSequence[0]
    nx, ny, nz = (int(n) for n in grid.GridDimensions)
    if not 0 < nx * ny * nz <= 2 * MOST_POINTS:
        raise RegistrationRefusedError("The grid of the registration is larger than the limit.")
    vectors = np.frombuffer(grid.VectorGridData, "<f4").reshape(nz, ny, nx, 3)
    x, y = np.array(grid.ImageOrientationPatient, float).reshape(2, 3)
    image = sitk.GetImageFromArray(vectors.astype(np.float64), isVector=True)
    image.SetOrigin([float(v) for v in grid.ImagePositionPatient])
    image.SetSpacing([float(v) for v in grid.GridResolution])
    image.SetDirection(np.stack([x, y, np.cross(x, y)], axis=1).ravel().tolist())
    return sitk.DisplacementFieldTransform(image)


def _four(transform: Any) -> NDArray[np.float64]:
    four = np.eye(4)
    four[:3, :3] = matrix_of(transform)
    four[:3, 3] = transform.TransformPoint((0.0, 0.0, 0.0))
    return four


def _is_rigid(transform: Any) -> bool:
    matrix = matrix_of(transform)
    return bool(np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-6))
