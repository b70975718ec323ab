"""What the original says, read before anything is changed: whose it is, when, and what to look for.

These facts stay inside the hospital.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from renkei.deid.charset import UndecodableError, decode
from renkei.deid.dates import BadDateError, parse_day
from renkei.deid.identifiers import Identifiers, known
from renkei.deid.parse import Element, Parsed
from renkei.deid.tags import declared

PATIENT_ID, BIRTH_DATE, SEX, AGE = 0x00100020, 0x00100030, 0x00100040, 0x00101010
SOP_CLASS, SOP_UID, STUDY_UID, SERIES_UID = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
FRAME_UID, STUDY_DATE, MODALITY, ACCESSION = 0x00200052, 0x00080020, 0x00080060, 0x00080050
IMAGE_TYPE, BURNED_IN, SYNTHETIC = 0x00080008, 0x00280301, 0x0008001C
REFERENCED_SOP = 0x00081155
META_CLASS, META_UID = 0x00020002, 0x00020003
# Patient's other IDs, accession, order and visit numbers, telephone; addresses and institutions.
_NUMBERS = frozenset({
    PATIENT_ID, 0x00101000, 0x00101001, 0x00101090, ACCESSION, 0x00102154, 0x00200010, 0x00400253,
    0x00401001, 0x00402016, 0x00402017, 0x00380010, 0x00101081, 0x00400009, 0x00400512, 0x00400551,
})  # fmt: skip
_TEXTS = frozenset({
    0x00101040, 0x00080080, 0x00080081, 0x00081040, 0x00101050, 0x00080092, 0x00102299,
})  # fmt: skip
_TELLING = _NUMBERS | _TEXTS | {BIRTH_DATE}
_REFERENCES = frozenset({REFERENCED_SOP})
_LINES = re.compile(r"[\r\n\\]+")
MIN_LINE = 5


@dataclass(frozen=True, slots=True)
class Source:
    """The facts of one original; `identifiers` is what its output is searched for."""

    patient_id: str
    sop_class: str
    sop_uid: str
    study_uid: str
    series_uid: str
    frame_uid: str
    uid_from_meta: bool
    modality: str
    image_type: tuple[str, ...]
    burned_in: str
    sex: str
    age: int | None
    birth: date | None
    study_date: date | None
    synthetic: bool
    accession: str
    refers: tuple[str, ...]
    identifiers: Identifiers


def read_source(parsed: Parsed) -> Source:
    """Return the facts of an original."""
    first = {e.tag: e for e in parsed.elements}
    charsets = declared(parsed.elements)

    def text(tag: int) -> str:
        return _text(first[tag], charsets).strip(" \0") if tag in first else ""

    def meta(tag: int) -> str:
        return parsed.meta.get(tag, b"").rstrip(b"\0 ").decode("ascii", "replace")

    birth, study = _day(text(BIRTH_DATE)), _day(text(STUDY_DATE))
    return Source(
        patient_id=text(PATIENT_ID),
        sop_class=text(SOP_CLASS) or meta(META_CLASS),
        sop_uid=text(SOP_UID) or meta(META_UID),
        study_uid=text(STUDY_UID),
        series_uid=text(SERIES_UID),
        frame_uid=text(FRAME_UID),
        uid_from_meta=not text(SOP_UID) and bool(meta(META_UID)),
        modality=text(MODALITY),
        image_type=tuple(part.strip() for part in text(IMAGE_TYPE).split("\\")),
        burned_in=text(BURNED_IN),
        sex=text(SEX),
        age=_age(text(AGE), birth, study),
        birth=birth,
        study_date=study,
        synthetic=text(SYNTHETIC) == "YES",
        accession=text(ACCESSION),
        refers=_refers(parsed.elements),
        identifiers=collect_identifiers(parsed.elements),
    )


def collect_identifiers(elements: list[Element]) -> Identifiers:
    """Return names, numbers, birth dates and addresses at every depth."""
    names, numbers, days, texts = set[str](), set[str](), set[str](), set[str]()
    for element, charsets in walk(elements, (), _TELLING):
        if element.vr == "PN":
            names |= set(_text(element, charsets).split("\\"))
        elif element.tag in _NUMBERS:
            numbers |= set(_text(element, charsets).split("\\"))
        elif element.tag == BIRTH_DATE:
            days.add(_text(element, charsets))
        else:
            lines = _LINES.split(_text(element, charsets))
            texts |= {line for line in lines if len(line.strip()) >= MIN_LINE}
    return known(names=names, numbers=numbers, days=days, texts=texts)


def walk(
    elements: list[Element], charsets: tuple[str, ...], wanted: frozenset[int]
) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """Yield names and wanted elements of every item with the character sets in force there."""
    charsets = declared(elements) or charsets
    for element in elements:
        if element.vr == "PN" or element.tag in wanted:
            yield element, charsets
        if element.items:
            for item in element.items:
                yield from walk(item, charsets, wanted)


def _refers(elements: list[Element]) -> tuple[str, ...]:
    found = (
        e.value.rstrip(b"\0 ").decode("ascii", "replace")
        for e, _ in walk(elements, (), _REFERENCES)
        if e.tag == REFERENCED_SOP
    )
    return tuple(dict.fromkeys(found))


def _text(element: Element, charsets: tuple[str, ...]) -> str:
    try:
        return decode(element.value, charsets)
    except UndecodableError:
        return element.value.decode("latin-1")


def _day(text: str) -> date | None:
    try:
        return parse_day(text) if text else None
    except BadDateError:
        return None


def _age(text: str, birth: date | None, study: date | None) -> int | None:
    if birth and study and study >= birth:
        return study.year - birth.year - ((study.month, study.day) < (birth.month, birth.day))
    if found := re.fullmatch(r"(\d{3})([DWMY])", text):
        return int(found.group(1)) if found.group(2) == "Y" else 0
    return None
