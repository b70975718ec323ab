"""Which numbers are one patient's: PACS, EHR, pathology, gene sample; by rule, never by name."""

import csv
import io
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from renkei.errors import DataRefusedError
from renkei.hospital.consents import Link, Links, read_links
from renkei.hospital.site import Site

RULES, LIST = "crosswalk.toml", "crosswalk.csv"
PACS, PATHOLOGY, SAMPLE = "pacs", "pathology", "sample"
SLIDES = frozenset({".svs", ".ndpi", ".tif", ".tiff", ".mrxs", ".scn", ".bif"})
MAX_PAD = 40


class BadCrosswalkError(DataRefusedError):
    """The rules or the list of numbers cannot be understood."""


@dataclass(frozen=True, slots=True)
class NumberRule:
    """How one kind of number is read: what of it counts, zeros on its left, its check digit."""

    pattern: re.Pattern[str]
    pad: int = 0
    check: str = "none"

    def normal(self, value: str) -> str | None:
        """Return the number as it is compared; None if it is not one of this kind."""
        text = "".join(unicodedata.normalize("NFKC", value).split()).upper()
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        groups = [part for part in match.groups() if part is not None]
        found = "".join(groups) if groups else text
        return found.lstrip("0").rjust(self.pad, "0") if self.pad else found

    def checked(self, number: str) -> bool:
        """Tell whether the check digit is right; without a rule every number is."""
        return CHECKS[self.check](number)


@dataclass(frozen=True, slots=True)
class RefusedNumber:
    """A number that links nobody, and why; `rows` are lines of the list."""

    kind: str
    value: str
    reason: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The links of one site: (kind, number) to the patient's ID in the PACS."""

    rules: Mapping[str, NumberRule] = field(default_factory=dict)
    links: Mapping[tuple[str, str], str] = field(default_factory=dict)
    written: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    refused: tuple[RefusedNumber, ...] = ()

    def patient(self, value: str, *kinds: str) -> str | None:
        """Return the PACS ID that a number of these kinds (default: any) stands for, if one."""
        found = self._matches(value, kinds or tuple(self.rules))
        return found.pop() if len(found) == 1 else None

    def _matches(self, value: str, kinds: Iterable[str]) -> set[str | None]:
        """Return the patients of a number; None among them where it stands for several."""
        found: set[str | None] = set()
        for kind in kinds:
            rule = self.rules.get(kind)
            number = rule.normal(value) if rule else None
            if number is None:
                continue
            if (kind, number) in self.links:
                found.add(self.links[kind, number])
            elif any(r.kind == kind and r.value == number for r in self.refused):
                found.add(None)
        return found

    def _resolved(self, patient: str) -> str:
        """Return the PACS ID for what a link says; nothing where that is not one patient."""
        found = self._matches(patient, self.rules)
        if not found:
            return patient
        return (found.pop() or "") if len(found) == 1 else ""

    def apply(self, links: Links, names: Mapping[str, Path]) -> Links:
        """Return the links with PACS IDs, and those of samples and slides that the list tells.

        `names` are the files to come by their relative path; a slide without a link is looked up
        by the pathology number that is its file's name.
        """
        files = {
            name: replace(link, patient=self._resolved(link.patient))
            for name, link in links.files.items()
        }
        for name, path in names.items():
            if name not in files and path.suffix.lower() in SLIDES:
                patient = self.patient(path.stem, PATHOLOGY)
                files |= {name: Link(patient)} if patient else {}
        samples = {
            text: patient
            for (kind, number), patient in self.links.items()
            if kind == SAMPLE
            for text in self.written[kind, number]
        }
        told = {sample: self._resolved(patient) for sample, patient in links.samples.items()}
        return Links(files, samples | {name: patient for name, patient in told.items() if patient})


def read_crosswalk(site: Site) -> Crosswalk:
    """Return the crosswalk of a site; an empty one if it brings none.

    Raises:
        BadCrosswalkError: Rules or list cannot be understood.
    """
    rules, listed = site.folder / RULES, site.folder / LIST
    if not rules.exists() and not listed.exists():
        return Crosswalk()
    try:
        return link_numbers(_rules(rules.read_text("utf-8")), listed.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadCrosswalkError(
            f"{RULES} and {LIST} belong together in the site folder, both in UTF-8."
        ) from error


def linked(site: Site, links: Path, root: Path) -> Links:
    """Return the link list beside the data, completed by the site's crosswalk.

    Raises:
        BadListError: The link list cannot be read.
        BadCrosswalkError: Rules or list of numbers cannot be understood.
    """
    listed = read_links(links) if links.exists() else Links()
    below = root.rglob("*") if root.is_dir() else [root]
    names = {p.relative_to(root).as_posix() if p != root else p.name: p for p in below}
    return read_crosswalk(site).apply(listed, names)


def link_numbers(rules: Mapping[str, NumberRule], text: str) -> Crosswalk:
    """Link every number that stands for one patient; refuse those that do not, with the reason.

    Raises:
        BadCrosswalkError: A column has no rule, or the PACS ID is missing.
    """
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    written: dict[tuple[str, str], set[str]] = defaultdict(set)
    refused: list[RefusedNumber] = []
    for n, patient, kind, value in _numbers(rules, text, refused):
        number = _accepted(rules[kind], kind, value, n, refused)
        if number is not None:
            owners[kind, number].add(patient)
            rows[kind, number].append(n)
            written[kind, number].add(value)
    refused += [
        RefusedNumber(kind, number, "ambiguous_number", tuple(sorted(set(rows[kind, number]))))
        for (kind, number), found in owners.items()
        if len(found) > 1
    ]
    links = {key: min(found) for key, found in owners.items() if len(found) == 1}
    kept = {key: frozenset(written[key]) for key in links}
    return Crosswalk(rules, links, kept, tuple(refused))


def _numbers(
    rules: Mapping[str, NumberRule], text: str, refused: list[RefusedNumber]
) -> Iterator[tuple[int, str, str, str]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = [name or "" for name in reader.fieldnames or []]
    if PACS not in columns or any(name not in rules for name in columns):
        raise BadCrosswalkError(f"{LIST} needs the column pacs, and {RULES} a rule per column.")
    for n, row in enumerate(reader, start=2):
        own = (row[PACS] or "").strip()
        patient = _accepted(rules[PACS], PACS, own, n, refused)
        if patient is None:
            continue
        for kind in columns:
            for value in filter(None, map(str.strip, (row[kind] or "").split(";"))):
                yield n, patient, kind, value


def _accepted(
    rule: NumberRule, kind: str, value: str, n: int, refused: list[RefusedNumber]
) -> str | None:
    number = rule.normal(value)
    if number is None or not rule.checked(number):
        reason = "number_not_understood" if number is None else "wrong_check_digit"
        mark = RefusedNumber(kind, value, reason, (n,))
        if mark not in refused:
            refused.append(mark)
        return None
    return number


def _rules(text: str) -> dict[str, NumberRule]:
    try:
        raw = tomllib.loads(text)
        found = {
            name: NumberRule(
                re.compile(one.get("pattern", ".+")), one.get("pad", 0), one.get("check", "none")
            )
            for name, one in raw.items()
        }
    except (tomllib.TOMLDecodeError, re.error, AttributeError, TypeError) as error:
        raise BadCrosswalkError(f"{RULES} is not valid; see the tool's page for it.") from error
    for rule in found.values():
        if (
            rule.check not in CHECKS
            or not isinstance(rule.pad, int)
            or not 0 <= rule.pad <= MAX_PAD
        ):
            raise BadCrosswalkError(f"In {RULES}, check is none, luhn or mod11, pad a number.")
    return found


def _luhn(number: str) -> bool:
    """ISO/IEC 7812-1 annex B, over the digits."""
    if not number.isdecimal():
        return False
    doubled = (int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(number)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _mod11(number: str) -> bool:
    """Weights 2, 3, … 7 from the right, as in common hospital numbers; remainder 10 is 0."""
    if not number.isdecimal() or len(number) < 2:
        return False
    total = sum(int(d) * (2 + i % 6) for i, d in enumerate(reversed(number[:-1])))
    return (11 - total % 11) % 11 % 10 == int(number[-1])


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "none": lambda _: True,
    "luhn": _luhn,
    "mod11": _mod11,
}
