"""Two recipes side by side on the same cases: which cases change, both ways."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from renkei.select.dryrun import DryRun


@dataclass(frozen=True, slots=True)
class Change:
    """A case that the two recipes see differently, with the reasons that each gives."""

    case: str
    before: str
    after: str
    reasons_before: tuple[str, ...]
    reasons_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How cases move from one recipe to another; `moves` count (before, after), also the same."""

    before: dict[str, str]
    after: dict[str, str]
    moves: tuple[tuple[str, str, int], ...]
    changes: tuple[Change, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        said = asdict(self)
        said["moves"] = [{"before": b, "after": a, "n": n} for b, a, n in self.moves]
        return said


def compare(before: DryRun, after: DryRun) -> Comparison:
    """Compare the dry runs of two recipes over the same cases."""
    pairs = {case: (before.states[case], after.states[case]) for case in before.states}
    moves = Counter(pairs.values())
    return Comparison(
        before=dict(before.recipe),
        after=dict(after.recipe),
        moves=tuple((one, two, n) for (one, two), n in sorted(moves.items())),
        changes=tuple(
            Change(case, one, two, before.reasons[case], after.reasons[case])
            for case, (one, two) in sorted(pairs.items())
            if one != two
        ),
    )
