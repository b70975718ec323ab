"""What DICOMweb does when a subject is recalled: every root that shows the subject closes."""

from renkei.consent.server.recall import SubjectRecalled, report_effect
from renkei.dicomweb.server.roots import close_roots_of
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.events import on

FOLDER = "dicomweb"


@on(SubjectRecalled)
async def close_roots(event: SubjectRecalled) -> None:
    """Close the roots; a second run finds none open."""
    async with transaction(system("recall of a subject")) as session:
        closed = await close_roots_of(session, subject_id=event.subject_id)
        await report_effect(
            session,
            recall_id=event.recall_id,
            folder=FOLDER,
            what="roots_closed",
            count=closed,
        )
