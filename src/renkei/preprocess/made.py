"""Results as bytes: what a run leaves behind of each thing it worked on, and what it says of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from renkei.errors import DataRefusedError
from renkei.imaging.labels import label_hash, pack
from renkei.imaging.nifti import nifti_bytes
from renkei.preprocess.held import Held, Kind, Scan, SlideScan, TableScan, kind_of
from renkei.preprocess.histogram import histogram
from renkei.proof import digest


class WrongInputError(DataRefusedError):
    """The scans are not those that the plan asks for."""


@dataclass(frozen=True, slots=True)
class Made:
    """One result: NIfTI with packed labels where the input had any, a slide's file, or Parquet.

    A slide stays where it was written, since it may not fit into memory.
    """

    name: str
    suffix: str
    data: bytes | Path
    labels: bytes | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def write_held(name: str, held: Held) -> Made:
    """Return the bytes of a scan, slide or table; the same content gives the same bytes."""
    facts = facts_of(held)
    if isinstance(held, Scan):
        labels = pack(held.labels) if held.labels else None
        return Made(name, ".nii.gz", nifti_bytes(held.image), labels, facts)
    if isinstance(held, SlideScan):
        return Made(name, held.path.suffix, held.path, facts=facts)
    table = BytesIO()
    held.frame.write_parquet(table, compression="zstd")
    return Made(name, ".parquet", table.getvalue(), facts=facts)


def facts_of(held: Held) -> dict[str, Any]:
    """Return what the record says of a scan, slide or table beside its hash."""
    if isinstance(held, Scan):
        return {
            "labels": label_hash(held.labels) if held.labels else None,
            "shape": list(held.image.geometry.shape),
            "spacing_mm": [float(s) for s in held.image.geometry.spacing],
            "histogram": histogram(held.image),
        }
    if isinstance(held, TableScan):
        return {"rows": held.frame.height, "columns": held.frame.columns}
    return {"bytes": held.path.stat().st_size}


def digest_of(made: Made) -> str:
    """Return the SHA-256 of a result's bytes."""
    if isinstance(made.data, bytes):
        return digest(made.data)
    with made.data.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_held(held: Held, role: str, modality: str) -> None:
    """Refuse what is not what a plan asks for.

    Raises:
        WrongInputError: It is of another modality, or its labels lie elsewhere.
    """
    kind = {Scan: Kind.VOLUME, SlideScan: Kind.SLIDE, TableScan: Kind.TABLE}[type(held)]
    if kind is not kind_of(modality):
        raise WrongInputError(f"The input {role!r} must be {modality}.")
    if not isinstance(held, Scan):
        return
    if held.image.modality != modality:
        raise WrongInputError(f"The input {role!r} must be {modality}.")
    if held.labels and not held.labels.geometry.close_to(held.image.geometry):
        raise WrongInputError(f"The labels of {role!r} do not lie on its grid.")
