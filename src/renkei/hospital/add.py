"""Take files in: whose they are, whether they may go, and clean into the outbox or held."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from mmap import mmap
from pathlib import Path

from blake3 import blake3

from renkei.deid.disk import room_on_disk
from renkei.deid.exact import Original, read_original
from renkei.deid.fhir import patient_ids, read_bundle
from renkei.deid.genes import deidentify_maf, patient_of_barcode, vcf_samples
from renkei.deid.identifiers import Identifiers
from renkei.deid.kinds import hold_unknown, kind_of
from renkei.deid.mask import Cover
from renkei.deid.parse import MalformedError
from renkei.deid.profile import load_profile
from renkei.deid.pseudonym import PseudonymKey, normal_id
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.run import Rules, deidentify_file, files_below
from renkei.deid.series import Series
from renkei.deid.source import Source
from renkei.deid.tables import BadMappingError, deidentify_table, mapping_of, parse_mapping
from renkei.deid.tables import Mapping as Columns
from renkei.deid.whole import read_whole
from renkei.hospital.consents import Consent, Link, Links
from renkei.hospital.faces import Faces
from renkei.hospital.permit import refuse
from renkei.hospital.site import Site
from renkei.hospital.vault import NewItem, Vault

CONTROL = ("consent.csv", "links.csv")
COLUMNS = ".columns.toml"
ADULT = 18
AGE_CAP = 90
CHUNK = 4 << 20


@dataclass(frozen=True, slots=True)
class Added:
    """The answer for one file."""

    path: Path
    state: str
    kind: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Intake:
    """One run: the site, its key, and what the hospital brought beside the data.

    `covers` are the masks that people have decided, by the SHA-256 of the file.
    """

    site: Site
    vault: Vault
    key: PseudonymKey
    consents: Mapping[str, Consent]
    links: Links
    root: Path
    accept_pixels: bool = False
    series: Series = field(default_factory=Series)
    covers: Mapping[str, Cover] = field(default_factory=dict)
    faces: Faces = field(default_factory=Faces)


def add_files(intake: Intake) -> Iterator[Added]:
    """Yield one answer per file below the root; images come before the labels drawn on them.

    Raises:
        DiskFullError: The outbox takes no more.
    """
    paths = [p for p in files_below(intake.root) if not is_control(p)]
    names = {p: _relative(intake, p) for p in paths}
    late = [p for p in paths if (link := intake.links.files.get(names[p])) and link.image]
    intake.faces.scan(paths, deface=intake.site.deface)
    series: dict[str, dict[str, str]] = {}
    for path in [*(p for p in paths if p not in set(late)), *late]:
        yield _add(intake, path, names[path], series)


def is_control(path: Path) -> bool:
    """Tell whether a file says something of the others and is no data itself."""
    # A hidden file is one that is still being received.
    return path.name in CONTROL or path.name.endswith(COLUMNS) or path.name.startswith(".")


def _relative(intake: Intake, path: Path) -> str:
    return path.relative_to(intake.root).as_posix() if path != intake.root else path.name


@room_on_disk()
def _add(intake: Intake, path: Path, name: str, series: dict[str, dict[str, str]]) -> Added:
    kind = kind_of(path)
    data = _read(intake, path) if kind is Kind.DICOM else None
    source = _sha256(path) if data is None else hashlib.sha256(data).hexdigest()
    if intake.vault.seen(source):
        return Added(path, "known", kind.value if kind else "report", ())
    with tempfile.TemporaryDirectory(dir=intake.site.outbox, prefix=".part-") as folder:
        part = Path(folder) / "output"
        result, refers = _clean(intake, _File(path, name, source, data), kind, part, series)
        state, reasons = result.state.value, result.reasons
        if result.state is State.CLEAN and result.name:
            if refusal := _keep(intake, source, part, result, refers):
                state, reasons = State.HELD.value, (refusal,)
            else:
                series[name] = _pointer(intake.site.outbox / result.name, result)
        if state == State.HELD:
            intake.vault.hold(source, path.absolute(), result.kind.value, ",".join(reasons))
    return Added(path, state, result.kind.value, reasons)


@dataclass(frozen=True, slots=True)
class _File:
    """One file: where it lies, its name in the run, its SHA-256, and its bytes when it is DICOM."""

    path: Path
    name: str
    sha256: str
    data: bytes | mmap | None


def _read(intake: Intake, path: Path) -> bytes | mmap | None:
    try:
        return read_whole(path, intake.site.outbox)
    except MalformedError:
        # It became shorter meanwhile: what is left of it is held.
        return None


def _clean(
    intake: Intake,
    file: _File,
    kind: Kind | None,
    part: Path,
    series: Mapping[str, dict[str, str]],
) -> tuple[Result, dict[str, str] | None]:
    path = file.path
    if kind is None:
        return hold_unknown(path), None
    if kind in {Kind.TABLE, Kind.MAF}:
        result = _shared(intake, path, kind)
        if result.data is not None:
            part.write_bytes(result.data)
        return result, None
    if kind is Kind.DICOM and file.data is None:
        return held(kind, "truncated"), None
    try:
        original = None if file.data is None else read_original(file.data)
    except MalformedError as error:
        return held(kind, str(error.facts.get("reason", error.code))), None
    return _one(intake, file, kind, part, original, series)


def _one(
    intake: Intake,
    file: _File,
    kind: Kind,
    part: Path,
    original: Original | None,
    series: Mapping[str, dict[str, str]],
) -> tuple[Result, dict[str, str] | None]:
    path, link = file.path, intake.links.files.get(file.name) or Link("")
    source = original.source if original else None
    wanted = Kind(link.kind) if link.kind in set(Kind) else kind
    patient = link.patient or _patient(intake, path, kind, source)
    if not patient:
        return held(wanted, "no_patient_id" if kind is Kind.DICOM else "not_linked"), None
    refusal = refuse(intake.site, intake.consents.get(normal_id(patient)), wanted, source)
    if refusal or (link.image and link.image not in series):
        return held(wanted, refusal or "image_not_taken"), None
    rules = replace(_rules(intake, patient), cover=_cover(intake, file))
    result = deidentify_file(path, part, rules, original)
    if result.state is State.CLEAN:
        note_subject(intake, patient, source)
        result = replace(result, reasons=(*result.reasons, *intake.faces.notes(path)))
    refers = series[link.image] if link.image else _described(link, kind)
    return replace(result, kind=wanted if result.kind is kind else result.kind), refers


def _cover(intake: Intake, file: _File) -> Cover | None:
    text = intake.covers.get(file.sha256)
    face = intake.faces.cover(file.path)
    return replace(text, faces=face.faces) if text and face else text or face


def _described(link: Link, kind: Kind) -> dict[str, str] | None:
    told = {"modality": link.modality, "body_part": link.body_part}
    found = {name: value for name, value in told.items() if value}
    return found if found and kind is Kind.NIFTI else None


def _patient(intake: Intake, path: Path, kind: Kind, source: Source | None) -> str:
    if source is not None:
        return source.patient_id
    found: list[str] = []
    if kind is Kind.FHIR:
        found = patient_ids(read_bundle(path.read_bytes()) or [])
    elif kind is Kind.VCF:
        samples = vcf_samples(path.read_bytes())
        found = list({intake.links.samples.get(name, name) for name in samples})
        # Tumour and normal of one patient are one; samples of two patients are never guessed.
        found = found if len(found) == 1 else []
    agreed = [one for one in found if normal_id(one) in intake.consents]
    return agreed[0] if agreed else (found[0] if found else "")


def _rules(intake: Intake, patient: str) -> Rules:
    consent = intake.consents[normal_id(patient)]
    return Rules(
        profile=load_profile(intake.site.profile),
        key=_key_of(intake, patient),
        patient=patient,
        known=consent.identifiers,
        accept_pixels=intake.accept_pixels,
        series=intake.series,
    )


def _key_of(intake: Intake, patient: str) -> PseudonymKey:
    return intake.key.at(intake.vault.assign(intake.key, patient)[1])


def _shared(intake: Intake, path: Path, kind: Kind) -> Result:
    """Clean a file of several patients; rows of those who did not agree stay behind."""

    def find(patient: str) -> Identifiers:
        return intake.consents[normal_id(patient)].identifiers

    def admit(patient: str) -> bool:
        if refuse(intake.site, intake.consents.get(normal_id(patient)), kind):
            return False
        note_subject(intake, patient, None)
        return True

    def owner(barcode: str) -> str | None:
        samples = intake.links.samples
        patient = samples.get(barcode) or samples.get(patient_of_barcode(barcode)) or barcode
        return patient if admit(patient) else None

    def key_of(patient: str) -> PseudonymKey:
        return _key_of(intake, patient)

    data = path.read_bytes()
    if kind is Kind.MAF:
        return deidentify_maf(data, intake.key, link=owner, key_of=key_of)
    columns = mapping_of(data) or _columns(path)
    if columns is None:
        return held(kind, "no_column_mapping")
    return deidentify_table(data, columns, intake.key, find=find, admit=admit, key_of=key_of)


def _columns(path: Path) -> Columns | None:
    beside = path.with_name(path.stem + COLUMNS)
    if not beside.exists():
        return None
    try:
        return parse_mapping(beside.read_text("utf-8"))
    except BadMappingError:
        return None


def note_subject(intake: Intake, patient: str, source: Source | None) -> None:
    """Keep the facts about a subject that shifted dates would hide."""
    consent = intake.consents[normal_id(patient)]
    intake.vault.assign(intake.key, patient)
    age = source.age if source else None
    if age is None and consent.birth and source and source.study_date:
        age = source.study_date.year - consent.birth.year
    facts = {
        "sex": source.sex if source and source.sex in {"M", "F", "O"} else None,
        "age": None if age is None else min(age, AGE_CAP),
        "year": source.study_date.year if source and source.study_date else None,
        "adult": None if age is None else age >= ADULT,
        "made": True if consent.made or (source and source.synthetic) else None,
    }
    given = {
        "basis": consent.basis,
        "version": consent.version,
        "commercial": consent.commercial,
        "data_types": list(consent.data_types),
    }
    intake.vault.note_facts(patient, facts, json.dumps(given))


def _keep(
    intake: Intake, source: str, part: Path, result: Result, refers: Mapping[str, str] | None
) -> str | None:
    """Put the clean file into the outbox; other bytes under the same new identity are refused."""
    name, (mark, sha256, size) = str(result.name), _hashes(part, result.blake3)
    if (before := intake.vault.mark_of(name)) not in {None, mark}:
        return "same_uid_other_bytes"
    with part.open("rb+") as file:  # Windows flushes only what it may write
        os.fsync(file.fileno())
    if before is None:
        part.replace(intake.site.outbox / name)
    intake.vault.keep(
        source,
        NewItem(
            name=name,
            kind=result.kind.value,
            blake3=mark,
            sha256=sha256,
            bytes=size,
            subject=result.subject,
            subjects=result.subjects or ((result.subject,) if result.subject else ()),
            sop_uid=result.sop_uid if result.kind is Kind.DICOM else None,
            refers=refers,
            counts=result.counts,
            reasons=result.reasons,
        ),
    )
    return None


def _pointer(path: Path, result: Result) -> dict[str, str]:
    """Return what a label says to name this image."""
    if result.series_uid:
        return {"series_uid": result.series_uid}
    sha256 = _sha256(path)
    if result.kind is Kind.NIFTI:
        # NIfTI has no identifiers; the platform derives them from the bytes in this way.
        return {"series_uid": f"2.25.{int(sha256[:32], 16)}"}
    return {"sha256": sha256}


def _hashes(path: Path, mark: str | None) -> tuple[str, str, int]:
    """Return BLAKE3 (`mark` when it is known), SHA-256 and length of a file of any size."""
    first, second, size = blake3(), hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if mark is None:
                first.update(chunk)
            second.update(chunk)
            size += len(chunk)
    return mark or first.hexdigest(), second.hexdigest(), size


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
