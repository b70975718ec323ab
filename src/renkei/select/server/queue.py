"""The queue of people who look: cases under review, nearest to a limit first."""

from typing import Any

from sqlalchemy import Select

from renkei.select.server.lists import cases
from renkei.select.server.tables import Verdict
from renkei.select.verdict import Outcome


def review_queue(limit: int) -> Select[Any]:
    """Return the cases that wait for a person; those closest to a limit decide most."""
    return (
        cases()
        .where(Verdict.standing == Outcome.REVIEW)
        .order_by(Verdict.nearest.asc().nulls_last(), Verdict.id)
        .limit(limit)
    )
