"""What is wrong in a record: a code, the column and how many rows; never a value."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from renkei.select.case import Case
from renkei.select.metric import MOST_PLACES, Measured, Place, not_applicable


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault in one column (or none), in `rows` counted from 1 below the header."""

    code: str
    column: str = ""
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What one file said: its rows, its faults, and further numbers."""

    rows: int
    faults: tuple[Fault, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)


def sum_up(_case: Case, said: Sequence[Checked]) -> Measured:
    """Return the share of rows with a fault; a fault of the whole file counts as all of them."""
    checked = said[0] if said else Checked(0)
    if not checked.rows and not checked.faults:
        return not_applicable("no_rows")
    faulty: set[int] = set()
    for fault in checked.faults:
        faulty.update(fault.rows)
    whole = any(not fault.rows for fault in checked.faults)
    share = 1.0 if whole or not checked.rows else len(faulty) / checked.rows
    counts: Counter[str] = Counter()
    for fault in checked.faults:
        counts[fault.code] += max(len(fault.rows), 1)
    return Measured(
        value=round(min(share, 1.0), 6),
        n=checked.rows,
        codes=tuple(dict.fromkeys(fault.code for fault in checked.faults)),
        facts={**checked.facts, **counts},
        places=tuple(_places(checked.faults))[:MOST_PLACES],
    )


def _places(faults: Iterable[Fault]) -> Iterable[Place]:
    for fault in faults:
        for row in fault.rows[:3] or (None,):
            yield Place(fault.code, row=row, column=fault.column or None)
