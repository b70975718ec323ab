"""What synthesis does when a subject is recalled: the sets made from it are recalled."""

from datetime import UTC, datetime

from sqlalchemy import select

from renkei.consent.server.recall import SubjectRecalled, report_effect
from renkei.publish.server.product import withdraw_products
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import transaction
from renkei.server.events import on
from renkei.synthesize.server.tables import SyntheticCase, SyntheticSet

FOLDER = "synthesize"


@on(SubjectRecalled)
async def recall_sets(event: SubjectRecalled) -> None:
    """Recall the sets with a child of the subject; the child's bytes went with the parent's key."""
    async with transaction(system("recall of a subject")) as session:
        mine = select(SyntheticCase).where(SyntheticCase.subject_id == event.subject_id)
        cases = list(await session.scalars(mine))
        sets = list(
            await session.scalars(
                select(SyntheticSet).where(SyntheticSet.id.in_({c.set_id for c in cases}))
            )
        )
        for case in cases:
            case.facts = {"synthetic": True}
        for row in sets:
            if row.recalled_at is None:
                row.recalled_at = datetime.now(UTC)
                await record(session, "synthesize.recall", row)
        withdrawn = await withdraw_products(
            session, hashes=[s.sha256 for s in sets if s.sha256], why="parent_recalled"
        )
        counts = {"sets": len(sets), "cases": len(cases), "products": withdrawn}
        for what, count in counts.items():
            await report_effect(
                session, recall_id=event.recall_id, folder=FOLDER, what=what, count=count
            )
