"""A folder through the door: one answer per file, outputs named by pseudonyms, each whole."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from renkei.deid.disk import room_on_disk
from renkei.deid.exact import Original
from renkei.deid.fhir import deidentify_fhir, patient_ids, read_bundle
from renkei.deid.genes import deidentify_maf, deidentify_vcf
from renkei.deid.identifiers import Identifiers
from renkei.deid.kinds import hold_unknown, kind_of
from renkei.deid.mask import Cover
from renkei.deid.nifti import deidentify_nifti
from renkei.deid.outlines import deidentify_outlines
from renkei.deid.profile import Profile
from renkei.deid.pseudonym import PseudonymKey
from renkei.deid.reports import deidentify_report
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.series import Series, deidentify_dicom
from renkei.deid.slide import deidentify_slide
from renkei.deid.splice import Asked
from renkei.deid.ssmix import refuse
from renkei.deid.tables import Mapping, deidentify_table, mapping_of
from renkei.errors import ConflictError, NotFoundError


class Existing(StrEnum):
    """What to do when an output is there already."""

    ERROR = "error"
    SKIP = "skip"
    OVERWRITE = "overwrite"


class NoInputError(NotFoundError):
    """There is no file at that path."""


class OutputExistsError(ConflictError):
    """An output is there already, with other bytes."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one run works with; `patient` links files that do not say whose they are.

    `series` lives for the run: objects of one series share their template.
    """

    profile: Profile
    key: PseudonymKey
    mapping: Mapping | None = None
    patient: str | None = None
    known: Identifiers | None = None
    accept_pixels: bool = False
    cover: Cover | None = None
    series: Series = field(default_factory=Series, compare=False)


@dataclass(frozen=True, slots=True)
class Line:
    """The answer for one input file."""

    source: Path
    target: Path | None
    result: Result


def files_below(path: Path) -> list[Path]:
    """Return the files of a folder in order, links and hidden files left out, or the file itself.

    Raises:
        NoInputError: There is nothing.
    """
    if path.is_file():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink())
    if not found:
        raise NoInputError("There is no file at that path; check it.")
    return found


def run(
    source: Path, out: Path, rules: Rules, *, existing: Existing = Existing.ERROR, jobs: int = 1
) -> Iterator[Line]:
    """Yield one line per file, in order of the files, or as they finish with several jobs."""
    out.mkdir(parents=True, exist_ok=True)
    paths = files_below(source)
    if jobs == 1:
        yield from (run_one(path, out=out, rules=rules, existing=existing) for path in paths)
        return
    begin = (out, rules, existing)
    with ProcessPoolExecutor(max_workers=jobs, initializer=_begin, initargs=begin) as pool:
        waiting = [pool.submit(_next, path) for path in paths]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


# A worker's own: rules that are sent with each file would bring an empty `series` each time.
_WORK: dict[str, partial[Line]] = {}


def _begin(out: Path, rules: Rules, existing: Existing) -> None:
    _WORK["run"] = partial(run_one, out=out, rules=rules, existing=existing)


def _next(path: Path) -> Line:
    return _WORK["run"](path)


@room_on_disk()
def run_one(path: Path, *, out: Path, rules: Rules, existing: Existing) -> Line:
    """Remove the identity from one file and put its output in place.

    Raises:
        OutputExistsError: Other bytes stand under the new name, and neither skip nor overwrite.
        DiskFullError: The output folder takes no more.
    """
    part = out / f".part-{os.getpid()}"
    try:
        result = deidentify_file(path, part, rules)
        if result.state is State.HELD or result.name is None:
            return Line(path, None, result)
        target = out / result.name
        if existing is not Existing.OVERWRITE and target.exists():
            if existing is Existing.ERROR and target.read_bytes() != part.read_bytes():
                raise OutputExistsError(
                    "An output with other bytes is there; say --existing skip or overwrite."
                )
            return Line(path, target, result)
        with part.open("rb+") as file:  # Windows flushes only what it may write
            os.fsync(file.fileno())
        part.replace(target)
        return Line(path, target, result)
    finally:
        part.unlink(missing_ok=True)


def deidentify_file(
    path: Path, part: Path, rules: Rules, original: Original | None = None
) -> Result:
    """Write the clean form of any kind of file to `part`, or say why it is held.

    `original` is what was read of a DICOM object already.
    """
    kind = Kind.DICOM if original else kind_of(path)
    if kind is None:
        return hold_unknown(path)
    if kind is Kind.SLIDE:
        return _slide(path, part, rules)
    if kind is Kind.DICOM:
        asked = Asked(
            rules.profile, rules.key, rules.patient, rules.known, rules.accept_pixels, rules.cover
        )  # fmt: skip
        return deidentify_dicom(path, part, asked, rules.series, original)
    data = path.read_bytes()
    if kind is Kind.FHIR and (refusal := refuse(path, patient_ids(read_bundle(data) or []))):
        return held(kind, refusal)
    result = _bytes(kind, data, rules)
    if result.data is not None:
        part.write_bytes(result.data)
    return result


def _slide(path: Path, part: Path, rules: Rules) -> Result:
    if rules.patient is None:
        return held(Kind.SLIDE, "not_linked")
    return deidentify_slide(path, part, rules.key, patient=rules.patient, known=rules.known)


def _bytes(kind: Kind, data: bytes, rules: Rules) -> Result:
    key, patient, known = rules.key, rules.patient, rules.known
    if kind in {Kind.TABLE, Kind.MAF}:
        return _rows(kind, data, rules)
    if kind in {Kind.FHIR, Kind.VCF}:
        work = deidentify_fhir if kind is Kind.FHIR else deidentify_vcf
        return work(data, key, patient=patient, known=known)
    if patient is None:
        return held(kind, "not_linked")
    if kind is Kind.LABEL:
        return deidentify_outlines(data, key, patient=patient, known=known)
    if kind is Kind.REPORT:
        return deidentify_report(data, key, patient=patient, known=known)
    return deidentify_nifti(data, key, patient=patient, kind=kind)


def _rows(kind: Kind, data: bytes, rules: Rules) -> Result:
    if kind is Kind.MAF:
        return deidentify_maf(data, rules.key)
    mapping = mapping_of(data) or rules.mapping
    if mapping is None:
        return held(kind, "no_column_mapping")
    return deidentify_table(data, mapping, rules.key)
