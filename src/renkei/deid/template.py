"""One series, one template: what repeats is compared, what changes is cleaned, and nothing else.

A template is the header of an object cut at the elements that change. When every constant run of
bytes is equal and every changing element has the tag and VR that it had, the parser would walk the
same way, so its answer for the constant part is known.
"""

from dataclasses import dataclass
from mmap import mmap

from renkei.deid import encode
from renkei.deid.identifiers import Identifiers
from renkei.deid.parse import (
    IMPLICIT,
    PIXEL_REPRESENTATION,
    UNDEFINED,
    Element,
    MalformedError,
    header,
    read_element,
    read_pixels,
)
from renkei.deid.pixels import Layout, Part, PixelsRefusedError, clean_pixels
from renkei.deid.private import is_creator
from renkei.deid.residual import SHORT, scan
from renkei.deid.result import Kind, Result, State
from renkei.deid.source import (
    ACCESSION,
    AGE,
    BIRTH_DATE,
    BURNED_IN,
    FRAME_UID,
    IMAGE_TYPE,
    META_CLASS,
    META_UID,
    MODALITY,
    PATIENT_ID,
    SERIES_UID,
    SEX,
    SOP_CLASS,
    SOP_UID,
    STUDY_DATE,
    STUDY_UID,
    SYNTHETIC,
    collect_identifiers,
)
from renkei.deid.splice import OWN, Asked, Made, syntax_out
from renkei.deid.tags import CHARSET, Cleaner, clean_elements, declared
from renkei.deid.verify import unlisted

MAX_SLOT = 1 << 16
# The answer for a whole object hangs on these: where one differs, it is another series.
_FIXED = frozenset({
    CHARSET, PIXEL_REPRESENTATION, PATIENT_ID, BIRTH_DATE, SEX, AGE, SOP_CLASS, STUDY_UID,
    SERIES_UID, FRAME_UID, STUDY_DATE, MODALITY, ACCESSION, IMAGE_TYPE, BURNED_IN, SYNTHETIC,
    META_CLASS, 0x00020010, 0x00280002, 0x00280004, 0x00280006, 0x00280008, 0x00280010, 0x00280011,
    0x00280100, 0x00280101, 0x00280102, 0x00480010,
})  # fmt: skip


_NOBODY = Identifiers()


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element stands in the header of an original."""

    tag: int
    vr: str
    start: int
    value: int
    stop: int
    nested: bool


@dataclass(frozen=True, slots=True)
class _Slot:
    before: bytes
    tag: int
    vr: str
    head: int
    wide: bool
    nested: bool


def places(data: bytes | mmap, made: Made) -> tuple[Place, ...]:
    """Return the elements of the meta information and of the data set, in order."""
    found = []
    offset = 132
    while offset + 8 <= len(data) and data[offset : offset + 2] == b"\x02\0":
        tag, vr, length, value = header(data, offset, implicit=False)
        found.append(Place(tag, vr.decode("ascii"), offset, value, value + length, nested=False))
        offset = value + length
    implicit = made.parsed.syntax == IMPLICIT
    starts = made.parsed.starts
    for element, start, stop in zip(made.parsed.elements, starts, starts[1:], strict=False):
        value = header(data, start, implicit=implicit)[3]
        found.append(
            Place(element.tag, element.vr, start, value, stop, nested=element.items is not None)
        )
    return tuple(found)


class Template:
    """How one series is rewritten, learnt from objects that took the exact path."""

    def __init__(
        self, data: bytes | mmap, made: Made, asked: Asked, changing: frozenset[int]
    ) -> None:
        self.asked = asked
        self.used = 0
        self.series = made.source.series_uid or made.source.frame_uid
        self.places = places(data, made)
        self.raw = {p.tag: data[p.start : p.stop] for p in self.places}
        # Whoever an element names is searched for in all the others: then all must be done again.
        self.naming = frozenset(e.tag for e in made.parsed.elements if _names([e]))
        self.changing = (changing & self.raw.keys()) - self.naming
        self._made = made
        # Only the header is kept: the views of the picture would hold the whole input.
        self._layout: Layout | None = made.layout
        self._charsets = declared(made.parsed.elements)
        # What says nothing about a person when it holds a date never does: tag and VR decide.
        self._speaking = frozenset(
            p.tag
            for p in self.places
            if p.tag in self.changing and (p.nested or _names([Element(p.tag, p.vr, b"19700101")]))
        )
        self._cut(data)
        self.sound = self._plan()
        self._uid_from_meta = made.source.uid_from_meta
        self._sop = made.source.sop_uid
        made.parsed.pixels = None

    @property
    def skeleton(self) -> tuple[tuple[int, str, bool], ...]:
        """Return what must be the same before a template can be widened."""
        return tuple((p.tag, p.vr, p.nested) for p in self.places)

    def differing(self, other: "Template") -> frozenset[int]:
        """Return the tags whose bytes differ between two objects of one skeleton."""
        return frozenset(tag for tag, raw in self.raw.items() if other.raw[tag] != raw)

    def may_change(self, tags: frozenset[int]) -> bool:
        """Tell whether the elements may differ in a series without changing the answer for it."""
        creators = any(map(is_creator, tags))
        return not creators and not tags & (_FIXED | self.naming)

    def _cut(self, data: bytes | mmap) -> None:
        slots, at = [], 0
        for p in self.places:
            if p.tag not in self.changing:
                continue
            wide = p.value - p.start == 12 or self._implicit(p.tag)
            head = p.value - p.start
            kept = p.start if p.nested else p.value - (4 if wide else 2)
            slots.append(_Slot(data[at:kept], p.tag, p.vr, head, wide, p.nested))
            at = p.stop
        pixel = self._made.parsed.starts[-1]
        value = header(data, pixel, implicit=self._implicit(0x7FE00010))[3]
        self._slots, self._tail = tuple(slots), data[at:value]
        self._tail_head = value - pixel

    def _implicit(self, tag: int) -> bool:
        return tag >> 16 != 2 and self._made.parsed.syntax == IMPLICIT

    def _plan(self) -> bool:
        """Lay out the answer; False when an element's answer hangs on another that changes."""
        made = self._made
        fixed, moving = Cleaner(*made.context), Cleaner(*made.context)
        elements = made.parsed.elements
        constant = clean_elements([e for e in elements if e.tag not in self.changing], fixed)
        varying = clean_elements(
            [e for e in elements if e.tag in self.changing], moving, self._charsets
        )
        whole = {t: v for t, v in made.kept.items() if t not in made.written}
        parts = {t: v for t, v in (constant | varying).items() if t not in made.written}
        if whole != parts or made.counts != _added(fixed.counts, moving.counts):
            return False
        self._counts = dict(fixed.counts)
        constant_uids = fixed.mapped.keys() | made.cleaner.mapped.keys() - moving.mapped.keys()
        self._mapped = [
            uid.encode().lower()
            for uid in constant_uids - {made.source.sop_uid}
            if len(uid) >= SHORT
        ]
        self._plan_of: list[bytes | int] = []
        for tag in sorted(made.kept.keys() | (self.changing - OWN - made.written)):
            if tag >> 16 == 2:
                continue
            if tag == SOP_UID or (tag in self.changing and tag not in made.written):
                self._plan_of.append(tag)
            elif self._plan_of and isinstance(self._plan_of[-1], bytes):
                self._plan_of[-1] += made.kept[tag]
            else:
                self._plan_of.append(made.kept[tag])
        taken = (v for t, v in made.kept.items() if t not in OWN and t not in self.changing)
        self._taken = b"".join(taken).lower()
        return True

    def apply(self, data: bytes | mmap) -> tuple[Result, list[Part]] | None:
        """Return the clean object, or None where only the exact path can tell."""
        try:
            matched = self._match(data)
            if matched is None:
                return None
            return self._rewrite(data, *matched)
        except (MalformedError, PixelsRefusedError, ValueError):
            return None

    def _match(self, data: bytes | mmap) -> tuple[dict[int, Element], int] | None:
        found: dict[int, Element] = {}
        at = 0
        for slot in self._slots:
            before = slot.before
            stop = at + len(before)
            if data[at:stop] != before:
                return None
            if slot.nested:
                element, at = self._nested(data, stop)
                if element.tag != slot.tag or element.items is None or at - stop > MAX_SLOT:
                    return None
            else:
                value = stop + (4 if slot.wide else 2)
                length = int.from_bytes(data[stop:value], "little")
                at = value + length
                if length == UNDEFINED or length > MAX_SLOT or at > len(data):
                    return None
                element = Element(slot.tag, slot.vr, data[value:at])
            found[slot.tag] = element
        stop = at + len(self._tail)
        return (found, stop - self._tail_head) if data[at:stop] == self._tail else None

    def _nested(self, data: bytes | mmap, at: int) -> tuple[Element, int]:
        signed = self._layout is not None and self._layout.signed
        return read_element(data, at, implicit=self._made.parsed.syntax == IMPLICIT, signed=signed)

    def _rewrite(
        self, data: bytes | mmap, found: dict[int, Element], at: int
    ) -> tuple[Result, list[Part]] | None:
        made = self._made
        sop = self._sop_uid(found)
        varying = [e for tag, e in found.items() if tag >> 16 != 2]
        if (
            not sop
            or self._layout is None
            or _names([e for e in varying if e.tag in self._speaking])
        ):
            return None
        syntax = made.parsed.syntax
        pixels, end = read_pixels(data, at, implicit=syntax == IMPLICIT)
        parts, cut = clean_pixels(pixels, self._layout, syntax)
        cleaner = Cleaner(*made.context)
        kept = clean_elements(varying, cleaner, self._charsets)
        new = cleaner.uid(sop)
        kept[SOP_UID] = encode.element(SOP_UID, "UI", new.encode("ascii"))
        changed = b"".join(kept[tag] for tag in sorted(kept))
        if unlisted(changed, made.cleaner.profile, made.cleaner.blocks) or self._left(
            changed, cleaner
        ):
            return None
        head = encode.file_head(made.source.sop_class, new, syntax_out(made.parsed))
        pieces = [p if isinstance(p, bytes) else kept.get(p, b"") for p in self._plan_of]
        trailing = ["trailing_bytes_dropped"] if end < len(data) else []
        result = Result(
            Kind.DICOM,
            State.CLEAN,
            name=f"{new}.dcm",
            reasons=(*made.before, *cut, *trailing, *made.after),
            counts=_added(self._counts, cleaner.counts),
            subject=made.subject,
            sop_uid=new,
            study_uid=made.uids[STUDY_UID],
            series_uid=made.uids[SERIES_UID],
        )
        return result, [b"".join((head, *pieces)), *parts]

    def _sop_uid(self, found: dict[int, Element]) -> str:
        tag = META_UID if self._uid_from_meta else SOP_UID
        if tag not in found:
            return self._sop
        return found[tag].value.decode("ascii").strip(" \0")

    def _left(self, changed: bytes, cleaner: Cleaner) -> bool:
        """Search what changed for everything, and what is constant for what is new."""
        lower = changed.lower()
        old = [text.encode().lower() for text in cleaner.mapped if len(text) >= SHORT]
        return bool(
            scan(changed, cleaner.known)
            or any(text in lower for text in self._mapped)
            or any(text in lower or text in self._taken for text in old)
        )


def _names(elements: list[Element]) -> bool:
    """Tell whether elements say whose the object is."""
    return collect_identifiers(elements) != _NOBODY


def _added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    total = dict(one)
    for name, count in other.items():
        total[name] = total.get(name, 0) + count
    return total
