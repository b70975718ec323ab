"""Sign labels: somebody who did not draw them binds their name to their hash."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Uuid, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import (
    NotYourPartError,
    Part,
    check_signer,
)
from renkei.annotate.reports.status import CLOSED
from renkei.annotate.server.credential import snapshot
from renkei.annotate.server.find import find_label, find_task, move
from renkei.annotate.server.key import signing_key
from renkei.annotate.server.propose import case_of_task
from renkei.annotate.server.report_tables import Report
from renkei.annotate.server.tables import Attempt, Comparison, Signature, Task
from renkei.annotate.sign import FIRST, Meaning, Statement, note_hash, sign_statement
from renkei.proof import canonical, digest
from renkei.server.audit import record
from renkei.server.db import actor_of, as_system
from renkei.server.events import Event, emit

# The chain runs through signatures that the signer may not see, so it is read past their rights.
_CHAIN = table("label_signature", column("site_id", Uuid()), column("number"), column("note"))


@dataclass(frozen=True)
class LabelSigned(Event):
    """Labels were signed; whoever processes the image uses these from now on."""

    signature_id: UUID


async def sign_task(session: AsyncSession, *, task_id: UUID) -> Signature:
    """Sign the labels that a task proposes, as its adjudicator or approver.

    Raises:
        NoSuchTaskError: There is none, or none that the actor may see.
        NotYourPartError: The actor neither adjudicates nor approves this task.
        TaskStateError: The task is not in review.
        SignerIsAuthorError: The actor drew a part of the labels.
        CredentialMissingError: The actor's credential does not cover this case.
    """
    task = await find_task(session, task_id=task_id, lock=True)
    attempt = await _own(session, task)
    after = move(task, "sign")
    label = await find_label(session, label_id=task.candidate_id)
    check_signer(str(attempt.user_id), label.authors)
    with as_system(session, "case of a signer"):
        case = await case_of_task(session, task)
    credential = await snapshot(session, user_id=attempt.user_id, case=case)
    # One signature at a time per hospital, so that each names the one before.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(str(task.site_id)))))
    last = await _newest(session, task)
    statement = Statement(
        label=label.hash,
        vocabulary=label.vocabulary,
        source=task.source_sha256 or "",
        comparison=await comparison_hash(session, task),
        meaning=Meaning(attempt.part.value),
        signer=str(attempt.user_id),
        authors=tuple(sorted(label.authors)),
        signed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        previous=note_hash(last[1]) if last else FIRST,
        report=await _report(session, task) or "",
        credential=credential,
        amends=await _amended(session, task),
    )
    signature = Signature(
        subject_id=task.subject_id,
        site_id=task.site_id,
        task_id=task.id,
        label_id=label.id,
        series_id=task.series_id,
        slide_id=task.slide_id,
        number=last[0] + 1 if last else 1,
        hash=label.hash,
        signer_id=attempt.user_id,
        note=sign_statement(statement, signing_key()),
        previous=statement.previous,
        report_sha256=statement.report or None,
    )
    session.add(signature)
    task.state = after
    await session.flush()
    await record(session, "annotate.sign", signature)
    await emit(session, LabelSigned(signature.id), site_id=task.site_id)
    return signature


async def _newest(session: AsyncSession, task: Task) -> tuple[int, str] | None:
    query = select(_CHAIN.c.number, _CHAIN.c.note).where(_CHAIN.c.site_id == task.site_id)
    row = (await session.execute(query.order_by(_CHAIN.c.number.desc()).limit(1))).first()
    return None if row is None else (int(row.number), str(row.note))


async def _own(session: AsyncSession, task: Task) -> Attempt:
    query = select(Attempt).where(
        Attempt.task_id == task.id,
        Attempt.user_id == UUID(actor_of(session).id),
        Attempt.part.in_([Part.ADJUDICATOR, Part.APPROVER]),
    )
    found: Attempt | None = await session.scalar(query)
    if found is None:
        raise NotYourPartError("The adjudicator or an approver of this task signs its labels.")
    return found


async def comparison_hash(session: AsyncSession, task: Task) -> str:
    """Return the hash over every comparison of a task; empty where one reader read."""
    query = select(Comparison.sha256).where(Comparison.task_id == task.id).order_by(Comparison.id)
    hashes = list(await session.scalars(query))
    return digest(canonical(hashes)) if hashes else ""


async def _amended(session: AsyncSession, task: Task) -> str:
    query = select(Signature.note).where(Signature.task_id == task.id)
    before = await session.scalar(query.order_by(Signature.number.desc()).limit(1))
    return note_hash(before) if before else ""


async def _report(session: AsyncSession, task: Task) -> str | None:
    query = select(Report.sha256).where(
        Report.label_id == task.candidate_id, Report.state.in_(CLOSED)
    )
    return await session.scalar(query.order_by(Report.id.desc()).limit(1))
