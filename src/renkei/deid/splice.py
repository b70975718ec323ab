"""Remove the identity from a DICOM object: a new header, pixel bytes copied, never decoded."""

from collections.abc import Mapping

from renkei.deid import encode
from renkei.deid.identifiers import Identifiers
from renkei.deid.parse import DEFLATED, EXPLICIT, IMPLICIT, MalformedError, Parsed, parse
from renkei.deid.pixels import PixelsRefusedError, clean_pixels, read_layout, text_risk
from renkei.deid.profile import Profile
from renkei.deid.pseudonym import PseudonymKey, pseudonym, shift_days
from renkei.deid.residual import scan
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.source import (
    SERIES_UID,
    SOP_CLASS,
    SOP_UID,
    STUDY_UID,
    Source,
    read_source,
)
from renkei.deid.tags import Cleaner, clean_elements
from renkei.deid.verify import faults

_NO_PICTURE = frozenset({
    "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.481.5",
    "1.2.840.10008.5.1.4.1.1.11.1", "1.2.840.10008.5.1.4.1.1.66.5",
})  # fmt: skip
# Elements whose values come from this module and the profile alone.
_OWN = frozenset({0x00080005, SOP_CLASS, 0x00120062, 0x00120063, 0x00120064, 0x00280303})
_NEEDED = {0x00100010: "PN", 0x00100020: "LO"}


def deidentify(
    data: bytes,
    profile: Profile,
    key: PseudonymKey,
    *,
    patient: str | None = None,
    known: Identifiers | None = None,
    accept_pixels: bool = False,
) -> Result:
    """Return the object without its identity, or the reasons why it is held.

    `patient` overrides the patient ID (a linked identifier), `known` adds identifiers from other
    sources, `accept_pixels` is the word of a person who has looked at pictures that may show text.
    """
    try:
        parsed = parse(data)
        source = read_source(parsed)
        return _rewrite(
            parsed, source, profile, key,
            patient=patient or source.patient_id,
            known=source.identifiers | (known or Identifiers()),
            accept_pixels=accept_pixels,
        )  # fmt: skip
    except (MalformedError, PixelsRefusedError) as error:
        return held(Kind.DICOM, str(error.facts.get("reason", error.code)))


def _rewrite(
    parsed: Parsed,
    source: Source,
    profile: Profile,
    key: PseudonymKey,
    *,
    patient: str,
    known: Identifiers,
    accept_pixels: bool,
) -> Result:
    reasons: list[str] = []
    patient, uids = _missing(source, patient, reasons)
    if not patient:
        return held(Kind.DICOM, "no_patient_id")
    subject = pseudonym(key, "patient", patient)
    if source.sop_class not in profile.sop_classes:
        return held(Kind.DICOM, "sop_class_not_covered", subject=subject)
    if not source.sop_uid:
        return held(Kind.DICOM, "no_sop_uid", subject=subject)
    layout = None
    pixels = b""
    if parsed.pixels is not None:
        layout = read_layout(parsed.elements)
        pixels, cut = clean_pixels(parsed.pixels, layout, parsed.syntax)
        reasons += cut
    elif source.sop_class not in _NO_PICTURE:
        return held(Kind.DICOM, "no_pixel_data", subject=subject)
    risk = text_risk(source, layout)
    if risk and not accept_pixels:
        return held(Kind.DICOM, risk, subject=subject)
    cleaner = Cleaner(profile, key, shift_days(key, patient), known)
    kept = clean_elements(parsed.elements, cleaner)
    new = {tag: cleaner.uid(uid) for tag, uid in uids.items()}
    _write_own(kept, new, source.sop_class, subject, profile)
    head = encode.file_head(source.sop_class, new[SOP_UID], _syntax(parsed))
    header = head + b"".join(kept[tag] for tag in sorted(kept))
    reasons += _unusual(parsed)
    # Not in our own words: "Patient" stands in every output, and is a name somewhere.
    taken = b"".join(value for tag, value in kept.items() if tag not in _OWN)
    return _proved(taken, header + pixels, reasons, cleaner, new, subject)


def _missing(source: Source, patient: str, reasons: list[str]) -> tuple[str, Mapping[int, str]]:
    """Derive what the data set leaves empty: from the frame of reference, which a series shares."""
    study, series = source.study_uid, source.series_uid
    frame = source.frame_uid
    if source.uid_from_meta:
        reasons.append("uid_from_file_meta")
    if not study and frame:
        study = f"study of {frame}"
        reasons.append("study_uid_derived")
    if not series and frame:
        series = f"series of {frame}"
        reasons.append("series_uid_derived")
    if not patient and study:
        patient = f"patient of {study}"
        reasons.append("patient_id_missing")
    if not study or not series:
        raise MalformedError("Study or series cannot be told.", reason="no_series_uid")
    return patient, {SOP_UID: source.sop_uid, STUDY_UID: study, SERIES_UID: series}


def _write_own(
    kept: dict[int, bytes],
    new: Mapping[int, str],
    sop_class: str,
    subject: str,
    profile: Profile,
) -> None:
    kept[0x00080005] = encode.element(0x00080005, "CS", b"ISO_IR 192")
    kept[SOP_CLASS] = encode.element(SOP_CLASS, "UI", sop_class.encode("ascii"))
    for tag, uid in new.items():
        kept[tag] = encode.element(tag, "UI", uid.encode("ascii"))
    for tag, vr in _NEEDED.items():
        kept[tag] = encode.element(tag, vr, subject.encode("ascii"))
    kept[0x00120062] = encode.element(0x00120062, "CS", b"YES")
    kept[0x00120063] = encode.element(0x00120063, "LO", profile.label.encode("ascii"))
    kept[0x00120064] = encode.sequence(0x00120064, [_code(code) for code in profile.codes])
    kept[0x00280303] = encode.element(0x00280303, "CS", b"MODIFIED")


def _code(value: str) -> bytes:
    meaning = {
        "113100": "Basic Application Confidentiality Profile",
        "113105": "Clean Descriptors Option",
        "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
        "113108": "Retain Patient Characteristics Option",
    }[value]
    return (
        encode.element(0x00080100, "SH", value.encode("ascii"))
        + encode.element(0x00080102, "SH", b"DCM")
        + encode.element(0x00080104, "LO", meaning.encode("ascii"))
    )


def _syntax(parsed: Parsed) -> str:
    return EXPLICIT if parsed.syntax in {IMPLICIT, DEFLATED} else parsed.syntax


def _unusual(parsed: Parsed) -> list[str]:
    found = ["trailing_bytes_dropped"] if parsed.trailing else []
    return found + (["preamble_cleared"] if parsed.preamble else [])


def _proved(
    taken: bytes,
    data: bytes,
    reasons: list[str],
    cleaner: Cleaner,
    new: Mapping[int, str],
    subject: str,
) -> Result:
    if scan(taken, cleaner.known, cleaner.mapped):
        return held(Kind.DICOM, "identifier_left", subject=subject)
    wrong = faults(data, cleaner.profile)
    if wrong:
        return held(Kind.DICOM, *(f"output_{code}" for code in wrong), subject=subject)
    return Result(
        Kind.DICOM,
        State.CLEAN,
        data=data,
        name=f"{new[SOP_UID]}.dcm",
        reasons=tuple(reasons),
        counts=dict(cleaner.counts),
        subject=subject,
        sop_uid=new[SOP_UID],
        study_uid=new[STUDY_UID],
        series_uid=new[SERIES_UID],
    )
