"""Vocabularies: which labels a task asks for, named in two languages, coded and coloured."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from renkei.annotate.marks import MarkKind
from renkei.annotate.question import Question, parse_question
from renkei.errors import DataRefusedError, NotFoundError
from renkei.imaging.codes import Code
from renkei.proof import canonical, digest

FOLDER = Path(__file__).parent / "vocabularies"
MOST_TERMS = 200
ADDED = frozenset({"question", "measured_by"})


class NoSuchVocabularyError(NotFoundError):
    """No vocabulary of that name is installed."""


class VocabularyRefusedError(DataRefusedError):
    """A vocabulary contradicts itself."""


class UnknownTermError(DataRefusedError):
    """A label is not in the task's vocabulary."""


class Geometry(StrEnum):
    """What a label is drawn as."""

    MASK = "mask"
    POLYGON = "polygon"
    MEASURE = "measure"
    CLASS = "class"


class Kind(StrEnum):
    """What is counted: one organ, or separate lesions."""

    ORGAN = "organ"
    LESION = "lesion"


class Side(StrEnum):
    """Where a label lies; `asked` means that each lesion has its own side."""

    LEFT = "left"
    RIGHT = "right"
    NONE = "none"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Term:
    """One label: `number` is its value in masks, `tau_mm` what good readers differ by.

    Labels of one `group` never share a voxel. `min_mm` is the smallest lesion that must be drawn,
    `nsd_min` the surface Dice at `tau_mm` from which two readers agree,
    `also` other words for it in reports. `question` is what a class asks, `measured_by` the kinds
    of mark that measure it.
    """

    key: str
    number: int
    ja: str
    en: str
    code: Code
    colour: str
    geometry: Geometry
    group: str
    kind: Kind
    side: Side
    required: bool
    tau_mm: float
    nsd_min: float
    min_mm: float
    also: tuple[str, ...]
    question: Question | None = None
    measured_by: tuple[str, ...] = ()

    @property
    def is_drawn(self) -> bool:
        """Tell whether the label covers an area, rather than being measured or answered."""
        return self.geometry in {Geometry.MASK, Geometry.POLYGON}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A fixed list of terms; a change is a new version."""

    name: str
    version: int
    ja: str
    en: str
    terms: tuple[Term, ...]

    @property
    def reference(self) -> str:
        """Return `name@version:hash`, which label hashes and signatures bind to."""
        return f"{self.name}@{self.version}:{self.hash}"

    @property
    def hash(self) -> str:
        """Return SHA-256 over the canonical JSON of every field."""
        return digest(canonical(self.to_json()))

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the groups in the order in which terms name them."""
        return tuple(dict.fromkeys(term.group for term in self.terms if term.is_drawn))

    def to_json(self) -> dict[str, Any]:
        """Return every field as JSON values."""
        return {
            **asdict(self),
            "terms": [_json(term) for term in self.terms],
        }

    def term(self, key: str) -> Term:
        """Return the term of a key.

        Raises:
            UnknownTermError: There is none.
        """
        for term in self.terms:
            if term.key == key:
                return term
        raise UnknownTermError(
            "This label is not in the vocabulary of the task; take one that it lists."
        )

    def of_group(self, group: str) -> tuple[Term, ...]:
        """Return the terms that exclude each other."""
        return tuple(term for term in self.terms if term.group == group and term.is_drawn)


def _json(term: Term) -> dict[str, Any]:
    """Return a term; what later releases added is left out where unused, so old hashes stand."""
    fields = {**asdict(term), "also": list(term.also)}
    return {name: value for name, value in fields.items() if name not in ADDED or value}


@cache
def load_vocabulary(name: str) -> Vocabulary:
    """Return the newest installed version of a vocabulary; `name@2` asks for a version.

    Raises:
        NoSuchVocabularyError: It is not installed.
    """
    plain, _, version = name.partition("@")
    found = [v for v in vocabularies() if v.name == plain]
    if version:
        found = [v for v in found if str(v.version) == version.partition(":")[0]]
    if not found:
        names = ", ".join(v.name for v in vocabularies())
        raise NoSuchVocabularyError(f"There is no such vocabulary; there are: {names}.")
    return max(found, key=lambda v: v.version)


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """Return every installed vocabulary, by name and version."""
    read = (parse_vocabulary(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml")))
    return tuple(sorted(read, key=lambda v: (v.name, v.version)))


def parse_vocabulary(text: str) -> Vocabulary:
    """Read a vocabulary from TOML.

    Raises:
        VocabularyRefusedError: A field is missing or wrong, or two terms share key or number.
    """
    try:
        table = tomllib.loads(text)
        terms = tuple(_term(n, row) for n, row in enumerate(table["term"], start=1))
        read = Vocabulary(table["name"], table["version"], table["ja"], table["en"], terms)
    except (KeyError, TypeError, ValueError) as error:
        raise VocabularyRefusedError(f"The vocabulary is malformed: {error}.") from error
    for field in ("key", "number", "ja", "en"):
        if len({getattr(term, field) for term in terms}) != len(terms):
            raise VocabularyRefusedError(f"Two terms of the vocabulary share their {field}.")
    if not 1 <= len(terms) <= MOST_TERMS:
        raise VocabularyRefusedError(f"A vocabulary has 1 to {MOST_TERMS} terms.")
    return read


def _term(n: int, row: Mapping[str, Any]) -> Term:
    scheme, value, meaning = row["code"]
    geometry = Geometry(row.get("geometry", Geometry.MASK))
    return Term(
        key=row["key"],
        number=row.get("number", n),
        ja=row["ja"],
        en=row["en"],
        code=Code(scheme, value, meaning),
        colour=row["colour"],
        geometry=geometry,
        group=row.get("group", "organs"),
        kind=Kind(row.get("kind", Kind.ORGAN)),
        side=Side(row.get("side", Side.NONE)),
        required=bool(row.get("required", False)),
        # An answer has no distance; everything that lies somewhere must say its tolerance.
        tau_mm=float(row.get("tau_mm", 1.0) if geometry is Geometry.CLASS else row["tau_mm"]),
        nsd_min=float(row.get("nsd_min", 0.9)),
        min_mm=float(row.get("min_mm", 0.0)),
        also=tuple(str(word) for word in row.get("also", ())),
        question=parse_question(row) if geometry is Geometry.CLASS else None,
        measured_by=tuple(MarkKind(kind).value for kind in row.get("measured_by", ())),
    )
