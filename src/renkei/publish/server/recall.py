"""What publishing does when a subject is recalled: drafts lose it, versions get a successor."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.server.recall import SubjectRecalled, report_effect
from renkei.publish.server.dataset import find_draft, latest_frozen, open_draft
from renkei.publish.server.names import new_key, released_name
from renkei.publish.server.product import withdraw_products
from renkei.publish.server.tables import Version, VersionCase, VersionRecall, VersionState
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import transaction
from renkei.server.events import Event, emit, on

FOLDER = "publish"


@dataclass(frozen=True)
class VersionRecalled(Event):
    """A frozen version holds a subject that was recalled."""

    version_id: UUID
    subject_id: UUID
    recall_id: UUID


@on(SubjectRecalled)
async def withdraw_subject(event: SubjectRecalled) -> None:
    """Take the subject out of drafts, open successors of its versions, and report."""
    async with transaction(system("recall of a subject")) as session:
        held = list(
            await session.scalars(
                select(VersionCase).where(VersionCase.subject_id == event.subject_id)
            )
        )
        versions = list(
            await session.scalars(
                select(Version).where(Version.id.in_({case.version_id for case in held}))
            )
        )
        frozen = [v for v in versions if v.state is VersionState.FROZEN]
        drafts = {v.id for v in versions if v.state is VersionState.DRAFT}
        removed = await _leave_drafts(session, [c for c in held if c.version_id in drafts])
        for dataset_id in sorted({v.dataset_id for v in frozen}):
            await open_successor(session, dataset_id=dataset_id, without=event.subject_id)
        for version in frozen:
            await _note(session, version, held, event)
        hashes = [v.version_hash for v in frozen if v.version_hash]
        withdrawn = await withdraw_products(session, hashes=hashes, why="subject_recalled")
        counts = {"versions": len(frozen), "draft_cases": removed, "products": withdrawn}
        for what, count in counts.items():
            await report_effect(
                session, recall_id=event.recall_id, folder=FOLDER, what=what, count=count
            )


async def open_successor(
    session: AsyncSession, *, dataset_id: UUID, without: UUID
) -> Version | None:
    """Open a draft with the cases of the newest version but those of one subject.

    An open draft is the successor already. Every released name is new, under new keys.
    """
    draft = await find_draft(session, dataset_id=dataset_id)
    if draft is not None:
        return draft
    newest = await latest_frozen(session, dataset_id=dataset_id)
    if newest is None:
        return None
    draft = await open_draft(
        session, dataset_id=dataset_id, shares=newest.shares, sealed=newest.sealed
    )
    draft.flow = newest.flow
    recalled = set(
        await session.scalars(
            select(VersionRecall.subject_id).where(VersionRecall.version_id == newest.id)
        )
    ) | {without}
    salts: dict[UUID, str] = {}
    for case in await session.scalars(
        select(VersionCase).where(VersionCase.version_id == newest.id)
    ):
        if case.subject_id not in recalled:
            salt = salts.setdefault(case.subject_id, new_key())
            session.add(_copied(case, draft, salt))
    await session.flush()
    return draft


def _copied(case: VersionCase, draft: Version, salt: str) -> VersionCase:
    return VersionCase(
        version_id=draft.id,
        subject_id=case.subject_id,
        site_id=case.site_id,
        series_id=case.series_id,
        run_id=case.run_id,
        signature_id=case.signature_id,
        salt=salt,
        released_subject=released_name(draft.id_key, "sub", case.subject_id),
        released_case=released_name(draft.id_key, "case", case.series_id),
        image_object_id=case.image_object_id,
        image_sha256=case.image_sha256,
        image_size=case.image_size,
        label_object_id=case.label_object_id,
        label_sha256=case.label_sha256,
        label_size=case.label_size,
        made=case.made,
        synthetic=case.synthetic,
        facts=case.facts,
    )


async def _leave_drafts(session: AsyncSession, cases: Sequence[VersionCase]) -> int:
    for case in cases:
        await record(session, "publish.withdraw", case)
        await session.delete(case)
    await session.flush()
    return len(cases)


async def _note(
    session: AsyncSession, version: Version, held: Sequence[VersionCase], event: SubjectRecalled
) -> None:
    """Write the recall down beside the version, clear what is known of the person, tell others."""
    mine = [case for case in held if case.version_id == version.id]
    draft = await find_draft(session, dataset_id=version.dataset_id)
    row = insert(VersionRecall).values(
        version_id=version.id,
        subject_id=event.subject_id,
        site_id=mine[0].site_id,
        recall_id=event.recall_id,
        released_subject=mine[0].released_subject,
        successor_id=draft.id if draft else None,
    )
    noted: VersionRecall | None = await session.scalar(
        row.on_conflict_do_nothing().returning(VersionRecall)
    )
    for case in mine:
        case.facts = {}
    await session.flush()
    if noted is not None:
        await record(session, "publish.recall", noted)
        await emit(session, VersionRecalled(version.id, event.subject_id, event.recall_id))
