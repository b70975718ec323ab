"""Any number of readings of one image, without a reference: who agrees, and who found what."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, TypeVar

from renkei.annotate.compare import Comparison, TermResult, compare
from renkei.annotate.lesions import Lesion
from renkei.annotate.overlap import mean_dice
from renkei.annotate.vocabulary import Vocabulary
from renkei.errors import DataRefusedError
from renkei.imaging.labels import LabelSet

FEWEST = 2
Place = tuple[int, int]
Reading = TypeVar("Reading")


class TooFewReadingsError(DataRefusedError):
    """One reading compares with nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One lesion as the readers drew it: (reader from 0, its number there), where and how large.

    `parts` are more than its readers where somebody drew it in pieces.
    """

    key: str
    parts: tuple[Place, ...]
    slice: int
    long_mm: float

    @property
    def found_by(self) -> tuple[int, ...]:
        """Return the readers who drew it."""
        return tuple(sorted({reader for reader, _ in self.parts}))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "found_by": self.found_by}


@dataclass(frozen=True, slots=True)
class Panel:
    """All readings held against each other, pair by pair; readers are numbered from 0."""

    readers: int
    pairs: tuple[tuple[int, int, Comparison], ...]
    findings: tuple[Finding, ...]

    @property
    def agreed(self) -> bool:
        """Tell whether no pair disputes anything."""
        return all(comparison.agreed for _, _, comparison in self.pairs)

    @property
    def unfound(self) -> tuple[Finding, ...]:
        """Return what not everybody found: by fewest readers first, then the largest."""
        some = [one for one in self.findings if len(one.found_by) < self.readers]
        return tuple(sorted(some, key=lambda one: (len(one.found_by), -one.long_mm)))

    def mean_dice_of(self, reader: int) -> float | None:
        """Return a reader's mean Dice with all others: the lowest is the one to look at."""
        found = [
            term.overlap.dice
            for i, j, comparison in self.pairs
            if reader in {i, j}
            for term in comparison.terms
        ]
        return mean_dice(found)[0]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each label of each pair; of three readers or more, for each lesion."""
        for i, j, found in self.pairs:
            yield from ({"a": i, "b": j, **term.to_json()} for term in found.terms)
        if self.readers > FEWEST:
            yield from (finding.to_json() for finding in self.findings)

    def lines(self) -> Iterator[str]:
        """Yield the rows as text: readers are A, B, … and a measure without meaning is a dash."""
        for i, j, found in self.pairs:
            for term in found.terms:
                one = term.overlap
                measures = (one.dice, one.surface_dice, one.hd95_mm)
                said = ", ".join(dispute.reason for dispute in term.disputes) or "agreed"
                pair = f"{_letter(i)}-{_letter(j)}"
                yield "\t".join((term.key, pair, *map(_figure, measures), said))
        if self.readers > FEWEST:
            for finding in self.findings:
                by = " ".join(map(_letter, finding.found_by))
                yield f"{finding.key}\t{by}\t{finding.long_mm:.1f} mm\tslice {finding.slice}"

    def to_json(self) -> dict[str, Any]:
        """Return every pair, what was found by whom, and each reader's mean Dice."""
        return {
            "readers": self.readers,
            "agreed": self.agreed,
            "pairs": [{"a": i, "b": j, **found.to_json()} for i, j, found in self.pairs],
            "findings": [finding.to_json() for finding in self.findings],
            "mean_dice": [self.mean_dice_of(reader) for reader in range(self.readers)],
        }


def compare_all(readings: Sequence[LabelSet], vocabulary: Vocabulary) -> Panel:
    """Compare two or more readings of one image pair by pair, and put their lesions together.

    Raises:
        TooFewReadingsError: There are fewer than two.
        GridsDifferError: They lie on different grids.
    """
    return panel_of(readings, lambda a, b: compare(a, b, vocabulary))


def panel_of(readings: Sequence[Reading], held: Callable[[Reading, Reading], Comparison]) -> Panel:
    """Return readings of any kind held against each other.

    Raises:
        TooFewReadingsError: There are fewer than two.
    """
    if len(readings) < FEWEST:
        raise TooFewReadingsError("Two readings at least are compared; this is one.")
    pairs = tuple(
        (i, j, held(readings[i], readings[j])) for i, j in combinations(range(len(readings)), 2)
    )
    keys = dict.fromkeys(term.key for _, _, found in pairs for term in found.terms)
    findings = [one for key in keys for one in _findings(key, pairs)]
    return Panel(len(readings), pairs, tuple(findings))


def _findings(key: str, pairs: Sequence[tuple[int, int, Comparison]]) -> list[Finding]:
    """Return the lesions of a label; what any pair of readers has in common is one lesion."""
    lesions: dict[Place, Lesion] = {}
    groups: list[set[Place]] = []
    for i, j, comparison in pairs:
        for term in (one for one in comparison.terms if one.key == key):
            lesions |= _numbered(i, j, term)
            for match in term.matches:
                group = {(i, n) for n in match.a} | {(j, n) for n in match.b}
                for other in [known for known in groups if known & group]:
                    groups.remove(other)
                    group |= other
                groups.append(group)
    found = []
    for group in groups:
        largest = max((lesions[place] for place in group), key=lambda one: one.long_mm)
        found.append(Finding(key, tuple(sorted(group)), largest.slice, largest.long_mm))
    return sorted(found, key=lambda one: one.parts)


def _numbered(i: int, j: int, term: TermResult) -> dict[Place, Lesion]:
    sides = ((i, term.lesions_a), (j, term.lesions_b))
    return {(reader, one.number): one for reader, side in sides for one in side}


def _letter(reader: int) -> str:
    return chr(ord("A") + reader)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
