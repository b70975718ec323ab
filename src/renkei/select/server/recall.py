"""What selection does when a subject is recalled: the case is out and its numbers are gone."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.server.recall import SubjectRecalled, report_effect
from renkei.select.server.duplicates import forget
from renkei.select.server.tables import Override, Verdict
from renkei.select.verdict import Outcome
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.events import on

FOLDER = "select"
WITHDRAWN = {
    "code": "withdrawn",
    "weight": "hard",
    "metric": None,
    "detail": None,
    "key": "withdrawn",
}


@on(SubjectRecalled)
async def withdraw_cases(event: SubjectRecalled) -> None:
    """Exclude every case of the subject, clear what was measured, and report."""
    async with transaction(system("recall of a subject")) as session:
        verdicts = list(
            await session.scalars(
                select(Verdict).where(Verdict.subject_id == event.subject_id).with_for_update()
            )
        )
        for verdict in verdicts:
            if verdict.recalled_at is None:
                _clear(verdict)
        count = await _clear_reasons(session, event)
        await session.flush()
        prints = await forget(session, event.subject_id)
        counts = {"verdicts": len(verdicts), "overrides": count, "fingerprints": prints}
        for what, number in counts.items():
            await report_effect(
                session, recall_id=event.recall_id, folder=FOLDER, what=what, count=number
            )


def _clear(verdict: Verdict) -> None:
    verdict.standing = Outcome.EXCLUDE
    verdict.metrics = []
    verdict.stratum = {}
    verdict.facts = {}
    verdict.grades = {}
    verdict.over_quota = False
    verdict.nearest = None
    verdict.reasons = [WITHDRAWN]
    verdict.recalled_at = datetime.now(UTC)


async def _clear_reasons(session: AsyncSession, event: SubjectRecalled) -> int:
    """Empty the free text that people wrote about the subject's cases."""
    found = list(
        await session.scalars(select(Override).where(Override.subject_id == event.subject_id))
    )
    for override in found:
        override.reason = ""
    return len(found)
