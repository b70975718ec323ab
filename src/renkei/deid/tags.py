"""Elements against the profile, at every depth: what no rule names is removed and counted."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from renkei.deid import encode
from renkei.deid.charset import UndecodableError, decode, readings
from renkei.deid.dates import BadDateError, check_tm, shift_dt, shift_range
from renkei.deid.icc import clean_icc
from renkei.deid.identifiers import Identifiers
from renkei.deid.parse import Element
from renkei.deid.private import Blocks, clean_private
from renkei.deid.profile import Action, Profile, Rule
from renkei.deid.pseudonym import PseudonymKey, map_uid, pseudonym
from renkei.deid.sr import CONTENT, fit_item
from renkei.deid.text import clean_text

CHARSET, CODING_SCHEME, ICC_PROFILE = 0x00080005, 0x00080102, 0x00282000
# Codes look like numbers and dates; the rules for free text would eat them.
CODED = frozenset({0x00080100, 0x00080102, 0x00080103})
DUMMY = "REMOVED"
_NAMED = {0x00400512: "container", 0x00400551: "specimen"}
AGE_CAP = 89
_CAPS = {"SH": 16, "LO": 64, "ST": 1024, "LT": 10240, "UC": 4096, "UT": 65536}
_WIDTH = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "AT": 4, "UV": 8, "SV": 8,
          "OW": 2, "OL": 4, "OF": 4, "OD": 8, "OV": 8, "OB": 1}  # fmt: skip
_SYNTAX = {
    "CS": re.compile(rb"[A-Z0-9 _]{0,16}"),
    "DS": re.compile(rb" *[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)? *| *"),
    "IS": re.compile(rb" *[+-]?\d{1,10} *| *"),
}
_AGE = re.compile(r"(\d{3})([DWMY])")
_CODE = re.compile(r"[A-Za-z0-9._:/-]{1,16}")
_UID = re.compile(rb"[0-9.]{1,64}")


@dataclass(slots=True)
class Cleaner:
    """One object on its way through the rules; counts what was done.

    `blocks` are the private blocks of the data set itself of which something may stay.
    """

    profile: Profile
    key: PseudonymKey
    days: int
    known: Identifiers
    blocks: Blocks = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    mapped: dict[str, str] = field(default_factory=dict)

    def uid(self, old: str) -> str:
        """Map one UID and remember it, so that the output can be searched for the old one."""
        new = map_uid(self.key, old)
        if new != old.strip(" \0"):
            self.mapped[old.strip(" \0")] = new
        return new


def clean_elements(
    elements: list[Element],
    cleaner: Cleaner,
    charsets: tuple[str, ...] = (),
    rules: Mapping[int, Rule] | None = None,
) -> dict[int, bytes]:
    """Return the encoded elements that may stay, by tag; a nested character set holds within.

    `rules` are those of the items of a sequence; None means the data set itself.
    """
    blocks = cleaner.blocks if rules is None else {}
    rules = cleaner.profile.rules if rules is None else rules
    charsets = declared(elements) or charsets
    kept: dict[int, bytes] = {}
    private = 0
    for element in elements:
        tag = element.tag
        if tag & 0xFFFF == 0 or tag == CHARSET:
            continue
        if tag & 0x10000:
            found = clean_private(tag, element.vr, element.value, blocks) if blocks else None
            data = _kept(cleaner, tag, *found, fits=True) if found else None
            private += data is None
        else:
            data = _clean(element, cleaner, charsets, rules)
        if data is not None:
            kept[tag] = data
    if private:
        cleaner.counts["private"] += private
    return kept


def declared(elements: list[Element]) -> tuple[str, ...]:
    """Return the character sets that a data set names for itself."""
    for element in elements:
        if element.tag == CHARSET:
            text = element.value.decode("ascii", "replace").strip(" \0")
            return tuple(part.strip() for part in text.split("\\")) if text else ()
        if element.tag > CHARSET:
            break
    return ()


def _clean(
    element: Element, cleaner: Cleaner, charsets: tuple[str, ...], rules: Mapping[int, Rule]
) -> bytes | None:
    tag = element.tag
    rule = rules.get(tag)
    refusal = _refusal(element, rule, cleaner.profile)
    if refusal or rule is None:
        cleaner.counts[refusal or "unknown"] += 1
        return None
    if element.vr not in rule.vrs:
        element = Element(tag, rule.vrs[0], element.value)
    if element.vr == "SQ":
        return _clean_sequence(element, rule, cleaner, charsets)
    try:
        return _clean_value(element, rule, cleaner, charsets)
    except (UndecodableError, BadDateError):
        cleaner.counts["bad_value"] += 1
        return None


def _refusal(element: Element, rule: Rule | None, profile: Profile) -> str | None:
    if rule is None or rule.action is Action.REMOVE:
        return _absent(element.tag, profile)
    # UN is how an archive without a dictionary writes an element that it did not know.
    known_as = element.vr == "UN" and len(rule.vrs) == 1 and "SQ" not in rule.vrs
    return None if element.vr in rule.vrs or known_as else "vr_mismatch"


def _absent(tag: int, profile: Profile) -> str:
    listed = profile.listed.get(tag)
    if listed is None:
        return "unknown"
    return "removed" if listed.action is Action.REMOVE else "out_of_place"


def _clean_sequence(
    element: Element, rule: Rule, cleaner: Cleaner, charsets: tuple[str, ...]
) -> bytes | None:
    if rule.action is Action.ZERO:
        cleaner.counts["emptied"] += 1
        return encode.sequence(element.tag, [])
    items, rules = [], cleaner.profile.inside(element.tag)
    for item in element.items or []:
        if not _public_code(item, cleaner.profile):
            cleaner.counts["local_code"] += 1
            continue
        fit = fit_item(item, cleaner.profile) if element.tag == CONTENT else item
        if fit is None:
            cleaner.counts["removed"] += 1
            continue
        items.append(b"".join(clean_elements(fit, cleaner, charsets, rules).values()))
    # An optional sequence may be absent and not empty (PS3.5 7.4.5).
    if element.items and not items:
        return None
    return encode.sequence(element.tag, items)


def _public_code(item: list[Element], profile: Profile) -> bool:
    scheme = next((e.value for e in item if e.tag == CODING_SCHEME), None)
    return (
        scheme is None or scheme.decode("ascii", "replace").strip(" \0") in profile.coding_schemes
    )


def _clean_value(
    element: Element, rule: Rule, cleaner: Cleaner, charsets: tuple[str, ...]
) -> bytes | None:
    tag, vr, value = element.tag, element.vr, element.value
    # Zero is a number: only text can be empty by consisting of padding.
    blank = not (value if vr in _WIDTH else value.strip(b" \0"))
    if rule.action is Action.ZERO or blank:
        cleaner.counts["emptied" if value else "empty"] += 1
        return encode.element(tag, vr, b"")
    if rule.action is Action.DUMMY:
        cleaner.counts["dummy"] += 1
        name = _NAMED.get(tag)
        # Two objects of one glass stay of one glass.
        said = pseudonym(cleaner.key, name, decode(value, charsets)) if name else DUMMY
        return encode.element(tag, vr, said.encode("ascii"))
    if tag == ICC_PROFILE:
        # A profile carries a description, a date and a maker of its own.
        colours = clean_icc(value)
        return _kept(cleaner, tag, vr, colours or b"", fits=colours is not None)
    if vr in _WIDTH:
        return _kept(cleaner, tag, vr, value, fits=len(value) % _WIDTH[vr] == 0)
    if special := _SPECIAL.get(vr):
        return special(element, cleaner)
    return _clean_words(element, cleaner, charsets)


def _clean_syntax(element: Element, cleaner: Cleaner) -> bytes | None:
    plain = element.value.rstrip(b"\0")
    syntax = _SYNTAX[element.vr]
    fits = all(syntax.fullmatch(part.rstrip(b" ")) for part in plain.split(b"\\"))
    named = element.vr == "CS" and cleaner.known.found_in(plain.decode("ascii", "replace"))
    return _kept(cleaner, element.tag, element.vr, plain, fits=fits and not named)


def _clean_time(element: Element, cleaner: Cleaner) -> bytes:
    move = _mover(element.vr, cleaner.days)
    text = element.value.decode("ascii", "replace").strip(" \0")
    moved = "\\".join(move(part) if part.strip() else "" for part in text.split("\\"))
    cleaner.counts["shifted"] += 1
    return encode.element(element.tag, element.vr, moved.encode("ascii"))


def _mover(vr: str, days: int) -> Callable[[str], str]:
    if vr == "TM":
        return check_tm
    return (lambda text: shift_range(text, days)) if vr == "DA" else (lambda t: shift_dt(t, days))


def _kept(cleaner: Cleaner, tag: int, vr: str, value: bytes, *, fits: bool) -> bytes | None:
    cleaner.counts["kept" if fits else "bad_value"] += 1
    return encode.element(tag, vr, value) if fits else None


def _clean_uids(element: Element, cleaner: Cleaner) -> bytes | None:
    parts = element.value.rstrip(b"\0 ").split(b"\\")
    if not all(_UID.fullmatch(part.strip(b" \0")) for part in parts):
        cleaner.counts["bad_value"] += 1
        return None
    new = "\\".join(cleaner.uid(part.decode("ascii")) for part in parts)
    cleaner.counts["uid"] += 1
    return encode.element(element.tag, "UI", new.encode("ascii"))


def _clean_age(element: Element, cleaner: Cleaner) -> bytes | None:
    found = _AGE.fullmatch(element.value.decode("ascii", "replace").strip(" \0"))
    if not found:
        cleaner.counts["bad_value"] += 1
        return None
    old = found.group(2) == "Y" and int(found.group(1)) > AGE_CAP
    return _kept(cleaner, element.tag, "AS", b"090Y" if old else found.group().encode(), fits=True)


def _clean_words(element: Element, cleaner: Cleaner, charsets: tuple[str, ...]) -> bytes | None:
    text = decode(element.value, charsets)
    if element.tag in CODED:
        fits = bool(_CODE.fullmatch(text)) and not cleaner.known.found_in(text)
        return _kept(cleaner, element.tag, element.vr, text.encode("utf-8"), fits=fits)
    if any(cleaner.known.found_in(other) for other in readings(element.value) if other != text):
        text = clean_text(text, cleaner.known)[0] if cleaner.known.found_in(text) else ""
    many = element.vr not in {"ST", "LT", "UT"}
    cut = 0
    words = []
    for part in text.split("\\") if many else [text]:
        plain, places = clean_text(part.strip(), cleaner.known)
        cut += places
        words.append(plain[: _CAPS.get(element.vr, 64)])
    cleaner.counts["cleaned" if cut else "kept"] += 1
    # Backslashes of a single-valued text stay text; in the others they part the values.
    return encode.element(element.tag, element.vr, "\\".join(words).encode("utf-8"))


_SPECIAL: Mapping[str, Callable[[Element, Cleaner], bytes | None]] = {
    **dict.fromkeys(_SYNTAX, _clean_syntax),
    **dict.fromkeys(("DA", "DT", "TM"), _clean_time),
    "UI": _clean_uids,
    "AS": _clean_age,
}
