"""Which lesions a report describes: each by a size of its own, so that two alike need two."""

from collections.abc import Callable, Sequence

from renkei.annotate.facts import LesionFact
from renkei.annotate.reports.clauses import Clause


def described(
    clauses: Sequence[Clause],
    lesions: Sequence[LesionFact],
    is_about: Callable[[Clause, LesionFact], bool],
) -> frozenset[LesionFact]:
    """Return the lesions that can each be given a size of their own in the clauses.

    A range holds every lesion within it. Pairs are found by augmenting paths (Kuhn 1955).
    """
    found = set()
    places: list[tuple[Clause, int]] = []
    for clause in clauses:
        if any(one.is_range for one in clause.measures):
            found |= {one for one in lesions if _may_mean(clause, one) and is_about(clause, one)}
        places += [(clause, n) for n in range(len(clause.measures))]
    taken: dict[int, LesionFact] = {}

    def place(lesion: LesionFact, seen: set[int]) -> bool:
        for n, (clause, _) in enumerate(places):
            if n in seen or not _may_mean(clause, lesion) or not is_about(clause, lesion):
                continue
            seen.add(n)
            if n not in taken or place(taken[n], seen):
                taken[n] = lesion
                return True
        return False

    for lesion in lesions:
        if lesion not in found:
            place(lesion, set())
    return frozenset(found | set(taken.values()))


def _may_mean(clause: Clause, lesion: LesionFact) -> bool:
    named = clause.affirms(lesion.key)
    return named and clause.number in {None, lesion.number}
