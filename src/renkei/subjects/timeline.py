"""One timeline per subject: studies, slides and records in the order of their dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is known; without a date it stands at the end."""

    date: date | None
    kind: str
    id: UUID
    title: str


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries by date, undated last, equal dates by kind and id."""
    return sorted(entries, key=lambda e: (e.date is None, e.date or date.min, e.kind, e.id))
