"""What the hospital brings beside its data: who agreed to what, and which file is whose."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from renkei.deid.dates import BadDateError, parse_day
from renkei.deid.identifiers import Identifiers, known
from renkei.deid.pseudonym import normal_id
from renkei.errors import DataRefusedError

YES = frozenset({"yes", "true", "1", "はい", "可", "y"})
BASES = frozenset({"opt_in", "opt_out", "broad", "proxy"})
_NEEDED = ("patient_id", "basis", "version", "commercial", "data_types", "date")


class BadListError(DataRefusedError):
    """A consent or link list cannot be read or understood."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One patient's answer; `day` is when it was given."""

    patient: str
    basis: str
    version: str
    commercial: bool
    data_types: tuple[str, ...]
    day: date
    birth: date | None
    made: bool
    withdrawn: bool
    identifiers: Identifiers


@dataclass(frozen=True, slots=True)
class Link:
    """Whose a file is that does not say so, and what it belongs to.

    `image` is the path of the image that a label was drawn on, as in the same list.
    """

    patient: str
    kind: str = ""
    image: str = ""
    modality: str = ""
    body_part: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """The link list: by file path relative to the folder, and by sample name."""

    files: Mapping[str, Link] = field(default_factory=dict)
    samples: Mapping[str, str] = field(default_factory=dict)


def read_consents(path: Path) -> dict[str, Consent]:
    """Return the consents by normalised patient ID; a later row replaces an earlier one.

    Raises:
        BadListError: A column is missing, or a row is incomplete.
    """
    found = {}
    for number, row in _rows(path, _NEEDED):
        try:
            consent = _consent(row)
        except BadDateError as error:
            raise BadListError(
                f"Row {number} of the consent list has no valid date; write it as YYYY-MM-DD."
            ) from error
        if consent.basis not in BASES or not consent.patient or not consent.version:
            raise BadListError(
                f"Row {number} of the consent list is incomplete; give patient, basis and version."
            )
        found[normal_id(consent.patient)] = consent
    return found


def read_links(path: Path) -> Links:
    """Return the link list.

    Raises:
        BadListError: A column is missing, or a row names neither a file nor a sample.
    """
    files: dict[str, Link] = {}
    samples: dict[str, str] = {}
    for number, row in _rows(path, ("patient_id",)):
        patient, name, sample = (row.get(c, "") for c in ("patient_id", "file", "sample"))
        if not patient or not (name or sample):
            raise BadListError(
                f"Row {number} of the link list lacks a patient, file or sample; fill it in."
            )
        if sample:
            samples[sample] = patient
        if name:
            files[name] = Link(
                patient=patient,
                kind=row.get("kind", ""),
                image=row.get("image", ""),
                modality=row.get("modality", ""),
                body_part=row.get("body_part", ""),
            )
    return Links(files, samples)


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadListError(
            "The list of consents or links cannot be read; put consent.csv into the folder, "
            "or name the file with --consent or --links."
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp932", "replace")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in needed if name not in (reader.fieldnames or [])]
    if missing:
        raise BadListError(f"The list lacks the column {missing[0]}; add it to its first line.")
    for number, row in enumerate(reader, start=2):
        yield number, {str(k): (v or "").strip() for k, v in row.items() if isinstance(v, str)}


def _consent(row: Mapping[str, str]) -> Consent:
    birth = row.get("birth_date", "")
    patient = row["patient_id"]
    return Consent(
        patient=patient,
        basis=row["basis"],
        version=row["version"],
        commercial=row["commercial"].casefold() in YES,
        data_types=tuple(t.strip() for t in row["data_types"].split(";") if t.strip()),
        day=parse_day(row["date"]),
        birth=parse_day(birth) if birth else None,
        made=row.get("made", "").casefold() in YES,
        withdrawn=row.get("withdrawn", "").casefold() in YES,
        identifiers=known(
            names=[row.get("name", ""), row.get("kana", "")],
            numbers=[patient, row.get("phone", "")],
            days=[birth],
            texts=[row.get("address", "")],
        ),
    )
