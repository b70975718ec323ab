"""Series as scanners and archives send them, made from real sample slices, with what is true."""

import io
import struct
from collections.abc import Callable, Sequence

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

CT, MR, PT = (
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.128",
)
ENHANCED_CT, ENHANCED_MR = f"{CT}.1", f"{MR}.1"
SIDE, STEP = 24, 0.8
SERIES, FRAME = generate_uid(entropy_srcs=["series"]), generate_uid(entropy_srcs=["frame"])


def real_slices(count: int, names: Sequence, at: int = 240) -> np.ndarray:
    """Return small cuts (z, y, x) of sample slices, 0 to 4095."""
    planes = [pydicom.dcmread(name).pixel_array for name in names[:count]]
    middle = at if planes[0].shape[0] > 2 * SIDE + at else planes[0].shape[0] // 2
    cut = slice(middle, middle + SIDE)
    return np.clip(np.stack([plane[cut, cut] for plane in planes]), 0, 4095).astype(np.uint16)


def header(modality: str = "CT") -> Dataset:
    """Return what every slice of a plain series says."""
    ds = Dataset()
    ds.SOPClassUID = {"CT": CT, "MR": MR, "PT": PT}[modality]
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.Modality = modality
    ds.SeriesInstanceUID, ds.FrameOfReferenceUID = SERIES, FRAME
    ds.StudyInstanceUID = generate_uid(entropy_srcs=["study"])
    ds.SliceThickness = "3"
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing = [STEP, STEP]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    if modality == "CT":
        ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "-1024", "1", "HU"
    return ds


def one_file(shared: Dataset, plane: np.ndarray, place: Sequence[float], **more) -> bytes:
    """Return one object; `more` are its own elements, None leaves one out."""
    ds = FileDataset("", {}, preamble=bytes(128))
    ds.update(shared)
    ds.Rows, ds.Columns = plane.shape[-2:]
    ds.ImagePositionPatient = [f"{v:.6g}" for v in place]
    ds.SOPInstanceUID = generate_uid(entropy_srcs=[repr((place, plane.tobytes(), sorted(more)))])
    for keyword, value in more.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return written(ds, plane)


def written(ds: FileDataset, pixels: np.ndarray) -> bytes:
    """Return the bytes of a data set with these pixels."""
    ds.PixelData = pixels.astype("<u2").tobytes()
    ds["PixelData"].VR = "OW"
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(ds.SOPClassUID)
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta = meta
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def series(
    planes: np.ndarray,
    places: Callable[[int], Sequence[float]] = lambda n: (0, 0, 3 * n),
    each: Callable[[int], dict] = lambda _: {},
    modality: str = "CT",
    **shared,
) -> list[bytes]:
    """Return one file per plane, at its place, with elements of its own and shared ones."""
    common = header(modality)
    for keyword, value in shared.items():
        setattr(common, keyword, value)
    return [
        one_file(common, plane, places(n), **{"InstanceNumber": n + 1, **each(n)})
        for n, plane in enumerate(planes)
    ]


def report_page() -> bytes:
    """Return a structured report, as it lies among the images of a series."""
    ds = FileDataset("", {}, preamble=bytes(128))
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.11"
    ds.SOPInstanceUID, ds.SeriesInstanceUID = generate_uid(), SERIES
    ds.Modality = "SR"
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(ds.SOPClassUID)
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta = meta
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def enhanced(
    planes: np.ndarray,
    places: Sequence[Sequence[float]],
    slopes: Sequence[float] | None = None,
    b_values: Sequence[float] | None = None,
    *,
    lacking: str = "",
    modality: str = "CT",
) -> bytes:
    """Return one enhanced multi-frame object; `lacking` leaves a functional group out."""
    ds = FileDataset("", {}, preamble=bytes(128))
    ds.update(header(modality))
    for keyword in ("ImageOrientationPatient", "PixelSpacing", "SliceThickness"):
        delattr(ds, keyword)
    for keyword in ("RescaleIntercept", "RescaleSlope", "RescaleType"):
        if keyword in ds:
            delattr(ds, keyword)
    ds.SOPClassUID = ENHANCED_CT if modality == "CT" else ENHANCED_MR
    ds.SOPInstanceUID = generate_uid(entropy_srcs=["enhanced"])
    ds.NumberOfFrames = len(planes)
    ds.Rows, ds.Columns = planes.shape[1:]
    shared = Dataset()
    shared.PixelMeasuresSequence = _item(PixelSpacing=[STEP, STEP], SliceThickness=3)
    shared.PlaneOrientationSequence = _item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    ds.SharedFunctionalGroupsSequence = Items([shared])
    frames = []
    for n, place in enumerate(places):
        own = Dataset()
        own.PlanePositionSequence = _item(ImagePositionPatient=[float(v) for v in place])
        own.PixelValueTransformationSequence = _item(
            RescaleIntercept="-1024" if slopes is None else "0",
            RescaleSlope="1" if slopes is None else str(slopes[n]),
            RescaleType="HU",
        )
        if b_values is not None:
            own.MRDiffusionSequence = _item(DiffusionBValue=float(b_values[n]))
        frames.append(own)
    ds.PerFrameFunctionalGroupsSequence = Items(frames)
    for groups in (shared, *frames):
        if lacking in groups:
            delattr(groups, lacking)
    return written(ds, planes)


def mosaic(planes: np.ndarray, corner: Sequence[float], *, normal: int = 1, **lacking) -> bytes:
    """Return a Siemens mosaic whose first slice's corner voxel lies at `corner`."""
    side = int(np.ceil(np.sqrt(len(planes))))
    n, rows, columns = planes.shape
    tiles = np.zeros((side * rows, side * columns), np.uint16)
    for i, plane in enumerate(planes):
        y, x = i // side * rows, i % side * columns
        tiles[y : y + rows, x : x + columns] = plane
    common = header("MR")
    common.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"]
    common.Manufacturer = "SIEMENS"
    common.SpacingBetweenSlices = "3.5"
    shift = STEP * (tiles.shape[0] - rows) / 2, STEP * (tiles.shape[1] - columns) / 2
    place = (corner[0] - shift[1], corner[1] - shift[0], corner[2])
    if lacking.get("private", True):
        block = common.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
        said = {"NumberOfImagesInMosaic": [str(n)]} if lacking.get("count", True) else {}
        if lacking.get("direction", True):
            said["SliceNormalVector"] = ["0.0", "0.0", str(float(normal))]
        block.add_new(0x10, "OB", csa(said))
    return one_file(common, tiles, place)


def csa(values: dict[str, list[str]]) -> bytes:
    """Return a Siemens CSA2 header, as its layout is known from readers of it."""
    out = b"SV10\4\3\2\1" + struct.pack("<II", len(values), 77)
    for name, texts in values.items():
        out += struct.pack("<64si4siii", name.encode(), len(texts), b"FD", 4, len(texts), 77)
        for text in texts:
            raw = text.encode() + b"\0"
            out += struct.pack("<4i", len(raw), len(raw), 77, len(raw)) + raw
            out += bytes(-len(raw) % 4)
    return out


def philips(files: list[bytes], slopes: Sequence[float | None]) -> list[bytes]:
    """Return the files with Philips' scale slope (2005,100E)."""
    return with_private(files, 0x2005, "Philips MR Imaging DD 001", 0x0E, "FL", slopes)


def with_private(
    files: list[bytes], group: int, creator: str, element: int, vr: str, values: Sequence
) -> list[bytes]:
    """Return the files with a private element each; None leaves it out."""
    out = []
    for data, value in zip(files, values, strict=True):
        ds = pydicom.dcmread(io.BytesIO(data))
        if value is not None:
            # Not the first block: a creator may stand in any.
            ds.private_block(group, "ANOTHER", create=True).add_new(element, "LO", "x")
            ds.private_block(group, creator, create=True).add_new(element, vr, value)
        kept = io.BytesIO()
        ds.save_as(kept)
        out.append(kept.getvalue())
    return out


def _item(**values) -> Items:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return Items([ds])
