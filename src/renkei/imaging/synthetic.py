"""The mark of a synthetic case: written by one place, so that no export can forget half of it.

DICOM: Synthetic Data (0008,001C) = YES (PS3.3 C.12.1.1.1), ImageType DERIVED, a description that
begins SYNTHETIC, the generator as contributing equipment. NIfTI: `descrip`, a header extension
with the JSON, and the same JSON as a sidecar.
"""

import gzip
import json
import struct
from dataclasses import asdict, dataclass

from pydicom.dataset import Dataset

from renkei.errors import DataRefusedError
from renkei.proof import canonical

WORD = "SYNTHETIC"
MADE = "MADE"
PATIENT = "SYN-"
FILE_PREFIX = "syn-"
# NIfTI-1: 348 bytes of header, 4 of extender, then extensions of (size, code, content).
_HEADER, _DESCRIP, _OFFSET = 348, slice(148, 228), slice(108, 112)
_COMMENT = 6  # NIfTI extension code of plain text


class NotMarkedError(DataRefusedError):
    """A synthetic file does not carry its mark."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a synthetic case says of itself: set, generator, version, seed, parameters' hash."""

    set_id: str
    generator: str
    version: str
    seed: int
    params_sha256: str


def mark_dataset(dataset: Dataset, mark: Mark) -> None:
    """Write the mark into a DICOM object in place; patient and UIDs are the caller's.

    The patient becomes `SYN-<set id>-<seed>` without name or birth date.
    """
    dataset.SyntheticData = "YES"
    kinds = [str(kind) for kind in dataset.get("ImageType") or ()]
    dataset.ImageType = ["DERIVED", "SECONDARY", *(kinds[2:] or ["OTHER"])]
    said = str(dataset.get("SeriesDescription") or "").removeprefix(WORD).strip()
    dataset.SeriesDescription = f"{WORD} {said}".strip()[:64]
    dataset.DerivationDescription = f"{mark.generator} {mark.version} seed {mark.seed}"
    dataset.PatientID = f"{PATIENT}{mark.set_id}-{mark.seed}"[:64]
    dataset.PatientName = dataset.PatientID
    dataset.PatientBirthDate = ""
    equipment = Dataset()
    equipment.Manufacturer = "Renkei"
    equipment.ManufacturerModelName = mark.generator
    equipment.SoftwareVersions = mark.version
    equipment.ContributionDescription = f"params_sha256 {mark.params_sha256}"
    purpose = Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator = "109102", "DCM"
    purpose.CodeMeaning = "Processing Equipment"
    equipment.PurposeOfReferenceCodeSequence = [purpose]
    dataset.ContributingEquipmentSequence = [equipment]


def is_synthetic(dataset: Dataset) -> bool:
    """Say whether a DICOM object carries the mark."""
    return str(dataset.get("SyntheticData") or "") == "YES"


def is_made(dataset: Dataset) -> bool:
    """Say whether a DICOM object is from a case made in code (`renkei.imaging.made`)."""
    return MADE in (dataset.get("ImageType") or ())


def sidecar(mark: Mark) -> bytes:
    """Return the mark as canonical JSON, to stand beside a file."""
    return canonical({"synthetic": True, **asdict(mark)})


def mark_nifti(packed: bytes, mark: Mark) -> bytes:
    """Return a `.nii.gz` with the mark in its header and in an extension.

    Raises:
        NotMarkedError: It is no single-file NIfTI-1.
    """
    plain = bytearray(gzip.decompress(packed))
    if plain[344:348] != b"n+1\0" or len(plain) < _HEADER + 4:
        raise NotMarkedError("Only single-file NIfTI-1 volumes can be marked.")
    plain[_DESCRIP] = f"{WORD} {mark.set_id}".encode("ascii", "replace")[:79].ljust(80, b"\0")
    text = sidecar(mark)
    size = -(-(len(text) + 8) // 16) * 16
    extension = struct.pack("<ii", size, _COMMENT) + text.ljust(size - 8, b"\0")
    (start,) = struct.unpack("<f", plain[_OFFSET])
    plain[_OFFSET] = struct.pack("<f", _HEADER + 4 + size)
    body = plain[int(start) :]
    marked = bytes(plain[:_HEADER]) + b"\x01\0\0\0" + extension + bytes(body)
    return gzip.compress(marked, compresslevel=4, mtime=0)


def nifti_mark(packed: bytes) -> Mark:
    """Return the mark of a `.nii.gz`.

    Raises:
        NotMarkedError: It carries none.
    """
    plain = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
    if not plain[_DESCRIP].startswith(WORD.encode()) or plain[_HEADER : _HEADER + 1] != b"\x01":
        raise NotMarkedError("The file does not carry the mark of a synthetic case.")
    size, _ = struct.unpack_from("<ii", plain, _HEADER + 4)
    try:
        said = json.loads(plain[_HEADER + 12 : _HEADER + 4 + size].rstrip(b"\0"))
        del said["synthetic"]
        return Mark(**said)
    except (ValueError, TypeError, KeyError) as error:
        raise NotMarkedError("The mark of this synthetic file is damaged.") from error
