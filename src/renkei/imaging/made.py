"""Cases made in code: an abdominal CT with its labels from one seed, marked so that all can see.

They fill a demo and tests with enough patients; they are no patient's, and never counted as one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian
from scipy import ndimage

from renkei.imaging import anatomy, codes
from renkei.imaging.anatomy import Canvas, Person
from renkei.imaging.codes import Code
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.synthetic import MADE
from renkei.imaging.volume import SeriesFacts, Volume

SHAPE = (64, 128, 128)
SIDE_MM = 340.0
VOCABULARY = "abdomen-ct@1"
CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
DESCRIPTION = "MADE PHANTOM"
ORGANS: tuple[tuple[str, Code], ...] = (
    ("liver", codes.LIVER),
    ("spleen", codes.SPLEEN),
    ("kidney_right", codes.KIDNEY_RIGHT),
    ("kidney_left", codes.KIDNEY_LEFT),
    ("aorta", codes.AORTA),
    ("spine", codes.SPINE),
    ("lesion", codes.LESION),
)


@dataclass(frozen=True, slots=True)
class Scanner:
    """A scanner that never was: its kernel, blur (pixels) and noise (HU) at an average body."""

    manufacturer: str
    model: str
    kernel: str
    blur: float
    noise: float
    thickness_mm: float


SCANNERS = (
    Scanner("Made in code", "Phantom A", "SOFT", 0.75, 10.0, 3.0),
    Scanner("Made in code", "Phantom A", "STANDARD", 0.6, 13.0, 3.0),
    Scanner("Made in code", "Phantom B", "SOFT", 0.85, 9.0, 3.0),
)


def made_person(seed: int) -> Person:
    """Return who a seed's case stands for."""
    random = np.random.default_rng([seed, 1])
    sex = "F" if random.random() < 0.5 else "M"
    scale = float(np.clip(random.normal(0.97 if sex == "F" else 1.05, 0.035), 0.86, 1.16))
    build = float(np.clip(random.normal(1.0, 0.12), 0.75, 1.3))
    return Person(sex, int(random.integers(30, 86)), build, scale)


def made_ct(
    seed: int, *, scanner: Scanner | None = None, noise: float = 1.0
) -> tuple[Volume, LabelSet]:
    """Return a made CT, 64 x 128 x 128 of 3 x 2.7 x 2.7 mm, and its labels; one seed, one anatomy.

    `noise` multiplies the scanner's. One to three lesions lie in the liver and inside its segment.
    """
    person = made_person(seed)
    random = np.random.default_rng([seed, 2])
    picked = scanner or SCANNERS[int(random.integers(len(SCANNERS)))]
    step = SIDE_MM / SHAPE[2]
    spacing = (picked.thickness_mm, step, step)
    canvas = anatomy.draw(person, SHAPE, spacing, random)
    for _ in range(int(random.integers(1, 4))):
        radius = float(np.exp(random.uniform(np.log(6), np.log(17))))
        anatomy.add_lesion(canvas, "liver", radius, float(random.uniform(-75, -45)))
    place = Geometry(
        shape=SHAPE,
        spacing=spacing,
        origin=(-SIDE_MM / 2 + step / 2, -SIDE_MM / 2 + step / 2, float(canvas.z.min())),
    )
    volume = Volume(
        voxels=_scanned(canvas, person, picked, noise, random),
        geometry=place,
        modality="CT",
        facts=SeriesFacts(
            description=f"{DESCRIPTION} {picked.kernel}",
            body_part="ABDOMEN",
            kernel=picked.kernel,
            thickness_mm=picked.thickness_mm,
            manufacturer=picked.manufacturer,
            model=picked.model,
            kvp=120.0,
            unit="HU",
            window=(40.0, 400.0),
            made=True,
        ),
    )
    masks = _apart(canvas)
    segments = tuple(
        Segment(number, name, code, masks[name])
        for number, (name, code) in enumerate(ORGANS, start=1)
    )
    return volume, LabelSet(place, segments, VOCABULARY)


def write_ct_series(volume: Volume, header: Mapping[str, Any]) -> list[bytes]:
    """Return a CT volume as CT Image Storage, Explicit VR Little Endian, one file per slice.

    `header` gives further elements by keyword (PatientID, StudyInstanceUID, StudyDate, ...); UIDs
    that it leaves out are derived from the voxels and the rest of it: same input, same files.
    """
    ground = sha256(volume.voxels.tobytes()).hexdigest()
    ground += repr(sorted((key, str(value)) for key, value in header.items()))
    shared = _shared(volume, header, ground)
    stored = np.clip(volume.voxels.astype(np.int32) + 1024, 0, 4095).astype("<u2")
    return [_slice(shared, volume, stored[z], z, ground) for z in range(len(stored))]


def derived_uid(*parts: object) -> str:
    """Return a UID below 2.25 (PS3.5 B.2) that is the same for the same parts."""
    digest = sha256("\0".join(str(part) for part in parts).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def _apart(canvas: Canvas) -> dict[str, NDArray[np.bool_]]:
    """Return a mask per structure; where two organs touch, the voxel is the earlier one's."""
    taken = np.zeros(SHAPE, dtype=bool)
    found = {}
    for name, _ in ORGANS:
        mask = canvas.organs.get(name, np.zeros(SHAPE, dtype=bool))
        # A lesion lies inside its organ.
        found[name] = mask if name == "lesion" else mask & ~taken
        taken |= found[name]
    return found


def _scanned(
    canvas: Canvas, person: Person, scanner: Scanner, noise: float, random: np.random.Generator
) -> NDArray[np.int16]:
    """Blur as the kernel does and add noise that is correlated as a kernel leaves it."""
    hu = ndimage.gaussian_filter(canvas.hu, (0.45, scanner.blur, scanner.blur))
    grain = random.standard_normal(SHAPE, dtype=np.float32)
    grain = ndimage.gaussian_filter(grain, (0, scanner.blur, scanner.blur))
    # A wide body lets fewer photons through: noise grows with its size.
    spread = noise * scanner.noise * person.build**1.5
    hu += grain * np.float32(spread / float(grain.std()))
    rounded: NDArray[np.int16] = np.rint(np.clip(hu, -1024, 3071)).astype(np.int16)
    return rounded


def _shared(volume: Volume, header: Mapping[str, Any], ground: str) -> Dataset:
    facts = volume.facts
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageType = ["DERIVED", "SECONDARY", "AXIAL", MADE]
    ds.SOPClassUID = CT_IMAGE_STORAGE
    ds.Modality = "CT"
    for keyword in ("StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName"):
        setattr(ds, keyword, "")
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID"):
        setattr(ds, keyword, "")
    ds.Manufacturer = facts.manufacturer or ""
    ds.ManufacturerModelName = facts.model or ""
    ds.SeriesDescription = facts.description or DESCRIPTION
    ds.BodyPartExamined = facts.body_part or ""
    ds.SliceThickness = _ds(facts.thickness_mm or volume.geometry.spacing[0])
    ds.KVP = "" if facts.kvp is None else _ds(facts.kvp)
    ds.ConvolutionKernel = facts.kernel or ""
    ds.PatientPosition = "HFS"
    ds.SeriesNumber, ds.AcquisitionNumber = 1, 1
    ds.PositionReferenceIndicator = ""
    ds.StudyInstanceUID = derived_uid("study", ground)
    ds.SeriesInstanceUID = derived_uid("series", ground)
    ds.FrameOfReferenceUID = volume.frame_of_reference_uid or derived_uid("frame", ground)
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = volume.geometry.shape[1:]
    ds.PixelSpacing = [_ds(step) for step in volume.geometry.spacing[1:]]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "-1024", "1", "HU"
    centre, width = facts.window or (40.0, 400.0)
    ds.WindowCenter, ds.WindowWidth = _ds(centre), _ds(width)
    for keyword, value in header.items():
        setattr(ds, keyword, value)
    return ds


def _slice(shared: Dataset, volume: Volume, stored: NDArray[Any], z: int, ground: str) -> bytes:
    ds = FileDataset("", dict(shared), preamble=bytes(128))
    x, y = volume.geometry.axes.T[:2]
    ds.SOPInstanceUID = derived_uid("image", ground, z)
    ds.InstanceNumber = z + 1
    ds.ImagePositionPatient = [_ds(v) for v in volume.geometry.point(z, 0, 0)]
    ds.ImageOrientationPatient = [_ds(v) for v in (*x, *y)]
    ds.SliceLocation = ds.ImagePositionPatient[2]
    ds.PixelData = stored.tobytes()
    ds["PixelData"].VR = "OW"
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(CT_IMAGE_STORAGE)
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta = meta
    out = BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _ds(value: float) -> str:
    """Return a Decimal String, at most 16 bytes (PS3.5 6.2)."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
