"""Remove the identity from a DICOM object: a new header, pixel bytes copied, never decoded."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from mmap import mmap

from renkei.deid import encode
from renkei.deid.exact import Original, read_original
from renkei.deid.identifiers import Identifiers
from renkei.deid.mask import Cover, Covered, cover_picture
from renkei.deid.parse import DEFLATED, EXPLICIT, IMPLICIT, MalformedError, Parsed
from renkei.deid.pixels import (
    Layout,
    Part,
    PixelsRefusedError,
    clean_pixels,
    read_layout,
    text_risk,
)
from renkei.deid.private import Blocks, is_creator, reserved
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
)
from renkei.deid.tags import Cleaner, clean_elements
from renkei.deid.verify import unlisted
from renkei.deid.wsi import shows_label

_NO_PICTURE = frozenset({
    "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.481.5",
    "1.2.840.10008.5.1.4.1.1.11.1", "1.2.840.10008.5.1.4.1.1.66.5",
    "1.2.840.10008.5.1.4.1.1.11.2", "1.2.840.10008.5.1.4.1.1.88.11",
    "1.2.840.10008.5.1.4.1.1.88.22", "1.2.840.10008.5.1.4.1.1.88.33",
    "1.2.840.10008.5.1.4.1.1.88.34", "1.2.840.10008.5.1.4.1.1.88.59",
})  # fmt: skip
# Elements whose values come from this module and the profile alone.
OWN = frozenset({0x00080005, SOP_CLASS, 0x00120062, 0x00120063, 0x00120064, 0x00280303})
_NEEDED = {0x00100010: "PN", 0x00100020: "LO"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What holds for every object of one patient in a run.

    `patient` overrides the patient ID (a linked identifier), `known` adds identifiers from other
    sources, `accept_pixels` is the word of a person who has looked at pictures that may show text,
    `cover` what is covered in the pictures of a series.
    """

    profile: Profile
    key: PseudonymKey
    patient: str | None = None
    known: Identifiers | None = None
    accept_pixels: bool = False
    cover: Cover | None = None


@dataclass(slots=True)
class Made:
    """A clean object in parts, and what a template of its series needs to know."""

    parts: list[Part]
    parsed: Parsed
    source: Source
    layout: Layout | None
    cleaner: Cleaner
    kept: dict[int, bytes]
    written: frozenset[int]
    before: tuple[str, ...]
    cut: tuple[str, ...]
    after: tuple[str, ...]
    counts: dict[str, int]
    subject: str
    uids: Mapping[int, str]

    @property
    def context(self) -> tuple[Profile, PseudonymKey, int, Identifiers, Blocks]:
        """Return what a cleaner is made of."""
        cleaner = self.cleaner
        return cleaner.profile, cleaner.key, cleaner.days, cleaner.known, cleaner.blocks

    @property
    def result(self) -> Result:
        """Return the answer without its bytes."""
        trailing = ("trailing_bytes_dropped",) if self.parsed.trailing else ()
        return Result(
            Kind.DICOM,
            State.CLEAN,
            name=f"{self.uids[SOP_UID]}.dcm",
            reasons=(*self.before, *self.cut, *trailing, *self.after),
            counts=dict(self.counts),
            subject=self.subject,
            sop_uid=self.uids[SOP_UID],
            study_uid=self.uids[STUDY_UID],
            series_uid=self.uids[SERIES_UID],
        )


def rewrite(data: bytes | mmap, asked: Asked, original: Original | None = None) -> Made | Result:
    """Return the object without its identity, or the reasons why it is held: the exact path."""
    try:
        original = original or read_original(data)
        return _rewrite(original.parsed, original.source, asked)
    except (MalformedError, PixelsRefusedError) as error:
        return held(Kind.DICOM, str(error.facts.get("reason", error.code)))
    except struct.error:
        return held(Kind.DICOM, "value_too_long")


def _rewrite(parsed: Parsed, source: Source, asked: Asked) -> Made | Result:
    reasons: list[str] = []
    patient, uids = _missing(source, asked.patient or source.patient_id, reasons)
    if not patient:
        return held(Kind.DICOM, "no_patient_id")
    profile, key = asked.profile, asked.key
    subject = pseudonym(key, "patient", patient)
    if refusal := _refusal(parsed, source, profile):
        return held(Kind.DICOM, refusal, subject=subject)
    profile = profile.of(source.sop_class)
    layout, pixels, cut, covered = _picture(parsed, source, asked)
    risk = text_risk(source, layout)
    if risk and not asked.accept_pixels and (asked.cover is None or asked.cover.text is None):
        return held(Kind.DICOM, risk, subject=subject)
    known = source.identifiers | (asked.known or Identifiers())
    creators = [(e.tag, e.value) for e in parsed.elements if is_creator(e.tag)]
    blocks = reserved(creators, profile.private)
    cleaner = Cleaner(profile, key, shift_days(key, patient), known, blocks)
    kept = clean_elements(parsed.elements, cleaner)
    counts = dict(cleaner.counts)
    new = {tag: cleaner.uid(uid) for tag, uid in uids.items()}
    codes = profile.codes
    if covered is not None and asked.cover is not None:
        counts["frames_covered"] = covered.frames
        codes = tuple(sorted({*codes, *asked.cover.codes}))
    own = _write_own(new, source.sop_class, subject, profile.label, codes)
    own |= covered.elements if covered else {}
    kept |= own
    header = b"".join(kept[tag] for tag in sorted(kept))
    # Not in our own words: "Patient" stands in every output, and is a name somewhere.
    taken = b"".join(value for tag, value in kept.items() if tag not in OWN)
    if scan(taken, known, cleaner.mapped):
        return held(Kind.DICOM, "identifier_left", subject=subject)
    if wrong := unlisted(header, profile):
        return held(Kind.DICOM, *(f"output_{code}" for code in wrong), subject=subject)
    head = encode.file_head(source.sop_class, new[SOP_UID], syntax_out(parsed))
    after = ("preamble_cleared",) if parsed.preamble else ()
    return Made(
        [head + header, *pixels], parsed, source, layout, cleaner, kept, frozenset(own),
        tuple(reasons), tuple(cut), after, counts, subject, new,
    )  # fmt: skip


def _picture(
    parsed: Parsed, source: Source, asked: Asked
) -> tuple[Layout | None, list[Part], list[str], Covered | None]:
    if parsed.pixels is None:
        return None, [], [], None
    layout = read_layout(parsed.elements)
    if asked.cover is None:
        return layout, *clean_pixels(parsed.pixels, layout, parsed.syntax), None
    covered = cover_picture(parsed, layout, asked.cover, source.sop_uid)
    pixels, cut = clean_pixels(covered.pixels, layout, parsed.syntax)
    return layout, pixels, [*cut, *covered.reasons], covered


def _refusal(parsed: Parsed, source: Source, profile: Profile) -> str | None:
    if source.sop_class in profile.documents:
        return "encapsulated_document"
    if source.sop_class not in profile.sop_classes:
        return "sop_class_not_covered"
    if not source.sop_uid:
        return "no_sop_uid"
    if parsed.pixels is None and source.sop_class not in _NO_PICTURE:
        return "no_pixel_data"
    return shows_label(source.sop_class, parsed.elements)


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
    new: Mapping[int, str], sop_class: str, subject: str, label: str, codes: tuple[str, ...]
) -> dict[int, bytes]:
    own = dict(_marks(label, codes))
    own[SOP_CLASS] = encode.element(SOP_CLASS, "UI", sop_class.encode("ascii"))
    for tag, uid in new.items():
        own[tag] = encode.element(tag, "UI", uid.encode("ascii"))
    for tag, vr in _NEEDED.items():
        own[tag] = encode.element(tag, vr, subject.encode("ascii"))
    return own


@lru_cache(maxsize=16)
def _marks(label: str, codes: tuple[str, ...]) -> Mapping[int, bytes]:
    return {
        0x00080005: encode.element(0x00080005, "CS", b"ISO_IR 192"),
        0x00120062: encode.element(0x00120062, "CS", b"YES"),
        0x00120063: encode.element(0x00120063, "LO", label.encode("ascii")),
        0x00120064: encode.sequence(0x00120064, [_code(code) for code in codes]),
        0x00280303: encode.element(0x00280303, "CS", b"MODIFIED"),
    }


def _code(value: str) -> bytes:
    meaning = {
        "113100": "Basic Application Confidentiality Profile",
        "113101": "Clean Pixel Data Option",
        "113102": "Clean Recognizable Visual Features Option",
        "113103": "Clean Graphics Option",
        "113104": "Clean Structured Content Option",
        "113105": "Clean Descriptors Option",
        "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
        "113108": "Retain Patient Characteristics Option",
        "113111": "Retain Safe Private Option",
    }[value]
    return (
        encode.element(0x00080100, "SH", value.encode("ascii"))
        + encode.element(0x00080102, "SH", b"DCM")
        + encode.element(0x00080104, "LO", meaning.encode("ascii"))
    )


def syntax_out(parsed: Parsed) -> str:
    """Return the transfer syntax of the output: explicit unless the picture is compressed."""
    return EXPLICIT if parsed.syntax in {IMPLICIT, DEFLATED} else parsed.syntax
