"""What a file became: clean with its new bytes, or held with reasons; nothing in between."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """Where a file stands after its identity was removed, or could not be proved removed."""

    CLEAN = "clean"
    HELD = "held"


class Kind(StrEnum):
    """What a file holds; the platform takes each by its own door."""

    DICOM = "dicom"
    NIFTI = "nifti"
    SLIDE = "slide"
    TABLE = "table"
    FHIR = "fhir"
    VCF = "vcf"
    MAF = "maf"
    LABEL = "label"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Result:
    """The answer for one file.

    `reasons` are codes; those of a clean file say what was unusual. `name` is the new file name,
    made of pseudonyms only; `subjects` lists those of a file of several. `counts` counts elements
    per action; none of it can name a patient. `blake3` is of the bytes that went to a
    file.
    """

    kind: Kind
    state: State
    data: bytes | None = None
    name: str | None = None
    reasons: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    subject: str | None = None
    sop_uid: str | None = None
    study_uid: str | None = None
    series_uid: str | None = None
    subjects: tuple[str, ...] = ()
    blake3: str | None = None


def held(kind: Kind, *reasons: str, subject: str | None = None) -> Result:
    """Return the answer for a file that cannot be proved clean."""
    return Result(kind, State.HELD, reasons=reasons, subject=subject)
