"""Take a subject's data back: look first, act, gather what each folder did, certify."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.folders import RECALL_FOLDERS
from renkei.consent.outcome import outcome_of
from renkei.consent.server.certify import certify
from renkei.consent.server.tables import Consent, Recall, RecallEffect, RecallKind, RecallState
from renkei.errors import ConflictError, NotFoundError, UsageError
from renkei.server.audit import record
from renkei.server.db import actor_of, as_system
from renkei.server.events import Event, emit
from renkei.server.lineage import touched_by
from renkei.server.storage import StoredObject, erase_subject
from renkei.subjects.server.tables import (
    Grant,
    Instance,
    Record,
    Rendition,
    Series,
    Slide,
    Study,
    Subject,
)

FACTS: Mapping[str, Any] = {
    "studies": Study,
    "series": Series,
    "instances": Instance,
    "renditions": Rendition,
    "slides": Slide,
    "records": Record,
    "consents": Consent,
    "grants": Grant,
}


@dataclass(frozen=True)
class SubjectRecalled(Event):
    """A subject's data was taken back; every folder that holds some acts and reports."""

    recall_id: UUID
    subject_id: UUID


class NoSuchSubjectError(NotFoundError):
    """There is no such subject, or none that the actor may see."""


class NoSuchRecallError(NotFoundError):
    """There is no such recall, or none that the actor may see."""


class AlreadyRecalledError(ConflictError):
    """The subject's data was taken back before."""


class NotAFolderError(UsageError):
    """No folder of that name answers recalls."""


async def preview_recall(session: AsyncSession, *, subject_id: UUID) -> dict[str, dict[str, int]]:
    """Count by folder what a recall would touch; nothing is changed.

    Raises:
        NoSuchSubjectError: There is none, or none that the actor may see.
    """
    await _find_subject(session, subject_id)
    with as_system(session, "preview of a recall"):
        facts = {
            name: await session.scalar(
                select(func.count()).select_from(table).where(table.subject_id == subject_id)
            )
            or 0
            for name, table in FACTS.items()
        }
        stored = await session.scalar(
            select(func.count())
            .select_from(StoredObject)
            .where(StoredObject.subject_id == subject_id, StoredObject.erased_at.is_(None))
        )
        found: dict[str, dict[str, int]] = {
            "subjects": facts,
            "storage": {"objects": stored or 0},
        }
        for touched in await touched_by(session, subject_id):
            folder, _, what = touched.kind.partition(".")
            counts = found.setdefault(folder, {})
            counts[what or "runs"] = counts.get(what or "runs", 0) + 1
    return found


async def recall_subject(
    session: AsyncSession, *, subject_id: UUID, kind: RecallKind, reason: str
) -> Recall:
    """Destroy the subject's key, clear the facts, and tell every later folder.

    Raises:
        NoSuchSubjectError: There is none, or none that the actor may see.
        AlreadyRecalledError: It was recalled before.
    """
    subject = await _find_subject(session, subject_id, lock=True)
    preview = await preview_recall(session, subject_id=subject_id)
    row = insert(Recall).values(
        subject_id=subject_id,
        site_id=subject.site_id,
        kind=kind,
        reason=reason,
        asked_by=actor_of(session).id,
        preview=preview,
        state=RecallState.ACTING,
    )
    recall: Recall | None = await session.scalar(row.on_conflict_do_nothing().returning(Recall))
    if recall is None:
        raise AlreadyRecalledError(
            "This subject's data was taken back before; see its certificate."
        )
    await record(session, "consent.recall", recall, why=reason)
    with as_system(session, "recall"):
        subject.withdrawn_at = datetime.now(UTC)
        erased = await erase_subject(session, subject_id)
        cleared = await _clear_facts(session, subject)
    done = {"keys_destroyed": 1, "objects_erased": erased, "facts_cleared": cleared}
    for what, count in done.items():
        await report_effect(session, recall_id=recall.id, folder="consent", what=what, count=count)
    await emit(session, SubjectRecalled(recall.id, subject_id), site_id=subject.site_id)
    return recall


async def report_effect(
    session: AsyncSession, *, recall_id: UUID, folder: str, what: str, count: int
) -> None:
    """Write down what a folder did; 0 says that it looked and found nothing.

    The first report of a folder about a thing stands. The certificate is issued with the report
    that makes the folders complete; what the last folder reports after it is certified anew.

    Raises:
        NotAFolderError: No folder of that name answers recalls.
        NoSuchRecallError: There is none, or none that the actor may see.
    """
    if folder not in RECALL_FOLDERS:
        raise NotAFolderError("No folder of that name answers recalls.")
    # Two last reports at once would each miss the other, and nobody would certify.
    recall = await session.scalar(
        select(Recall)
        .where(Recall.id == recall_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if recall is None:
        raise NoSuchRecallError("There is no such recall; choose one from the list.")
    row = insert(RecallEffect).values(recall_id=recall_id, folder=folder, what=what, count=count)
    new = await session.scalar(row.on_conflict_do_nothing().returning(RecallEffect.id))
    if new is None:
        return
    effects = list(
        await session.scalars(
            select(RecallEffect)
            .where(RecallEffect.recall_id == recall_id)
            .order_by(RecallEffect.folder, RecallEffect.what)
        )
    )
    if {effect.folder for effect in effects} >= set(RECALL_FOLDERS):
        recall.certificate = certify(_statement(recall, effects))
        recall.certified_at = datetime.now(UTC)
        recall.state = RecallState.CERTIFIED
        await session.flush()
        await record(session, "consent.certify", recall)


async def waiting_folders(session: AsyncSession, *, recall_id: UUID) -> list[str]:
    """Return the folders that have not reported yet, in the order of the line."""
    reported = await session.scalars(
        select(RecallEffect.folder).where(RecallEffect.recall_id == recall_id).distinct()
    )
    done = set(reported)
    return [folder for folder in RECALL_FOLDERS if folder not in done]


def _statement(recall: Recall, effects: list[RecallEffect]) -> dict[str, object]:
    return {
        "recall": str(recall.id),
        "subject": str(recall.subject_id),
        "site": str(recall.site_id),
        "kind": recall.kind.value,
        "asked_at": recall.created_at.isoformat(),
        "found": recall.preview,
        "effects": [
            {"folder": e.folder, "what": e.what, "count": e.count, **_ruled(e)} for e in effects
        ],
    }


def _ruled(effect: RecallEffect) -> dict[str, object]:
    found = outcome_of(effect.folder, effect.what)
    return {"result": found.result.value, "rule": found.rule, "source": found.source}


async def _find_subject(session: AsyncSession, subject_id: UUID, *, lock: bool = False) -> Subject:
    query = select(Subject).where(Subject.id == subject_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    subject = await session.scalar(query)
    if subject is None:
        raise NoSuchSubjectError("There is no such subject; choose one from the list.")
    return subject


async def _clear_facts(session: AsyncSession, subject: Subject) -> int:
    """Empty what the rows say of the person; the rows stay, so that counts still close."""
    subject.sex = subject.age = subject.year = None
    await session.flush()
    mine = (Study.subject_id == subject.id, Series.subject_id == subject.id)
    changes = (
        update(Study).where(mine[0]).values(date=None, description=None),
        update(Series).where(mine[1]).values(description=None),
        update(Record).where(Record.subject_id == subject.id).values(data=None, date=None),
        update(Grant).where(Grant.subject_id == subject.id).values(expires_at=func.now()),
    )
    count = 1
    for change in changes:
        rows = await session.scalars(
            change.returning(change.entity_description["entity"].id).execution_options(
                synchronize_session=False
            )
        )
        count += len(list(rows))
    return count
