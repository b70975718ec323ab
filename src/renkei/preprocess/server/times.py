"""The scans of one patient over time: in order of date, each with the labels signed for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError
from renkei.preprocess.server.tables import PlanRun
from renkei.subjects.server.tables import Series, Study


class NoDateError(ConflictError):
    """A scan of a time series has no date, so nothing says which came first."""


@dataclass(frozen=True, slots=True)
class Time:
    """One scan of a time series: its day since the first, and what was signed for it."""

    series_id: UUID
    day: int
    label_sha256: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a run keeps it."""
        return {
            "series_id": str(self.series_id),
            "day": self.day,
            "label_sha256": self.label_sha256,
        }


def times_of(run: PlanRun) -> list[Time]:
    """Return the scans of a run, oldest first; none where it is no time series."""
    return [
        Time(UUID(one["series_id"]), one["day"], one["label_sha256"]) for one in run.times or []
    ]


async def find_days(session: AsyncSession, series_ids: Sequence[UUID]) -> list[Time]:
    """Return the scans in order of their shifted dates; of one day, in order of their UIDs.

    Raises:
        NoDateError: A study has no date.
    """
    rows = await session.execute(
        select(Series.id, Study.date)
        .join(Study, Study.id == Series.study_id)
        .where(Series.id.in_(series_ids))
        .order_by(Study.date, Series.series_uid)
    )
    dated = [(series_id, date) for series_id, date in rows if date is not None]
    if len(dated) < len(set(series_ids)):
        raise NoDateError("A scan has no date, so nothing says which came first; leave it out.")
    return [Time(series_id, (date - dated[0][1]).days) for series_id, date in dated]
