"""One timeline per subject: images, reports, tests, drugs, operations and genes by their dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class Lane(StrEnum):
    """The row of the timeline in which a thing stands, in the order in which they are shown."""

    IMAGE = "image"
    SLIDE = "slide"
    REPORT = "report"
    DIAGNOSIS = "diagnosis"
    TEST = "test"
    DRUG = "drug"
    OPERATION = "operation"
    GENE = "gene"
    LABEL = "label"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is known; without a date it stands at the end.

    `kind` and `id` say what is opened: a series, a slide, or the record that tells of it.
    """

    date: date | None
    kind: str
    id: UUID
    title: str
    lane: Lane = Lane.TABLE


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries by date, undated last, equal dates by kind and id."""
    return sorted(
        entries, key=lambda e: (e.date is None, e.date or date.min, e.kind, e.id, e.title)
    )
