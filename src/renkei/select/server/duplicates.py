"""Pairs of cases that hold the same images: what the later one waits for, and what people say."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from renkei.errors import NotFoundError
from renkei.select.duplicates import Kind
from renkei.select.server.judge import of_case
from renkei.select.server.tables import (
    Duplicate,
    DuplicateState,
    Fingerprint,
    Override,
    OverrideState,
    Verdict,
)
from renkei.select.verdict import Reason, outcome_of
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.subjects.server.tables import Site

CODES = ("duplicate_pixels", "near_duplicate")
FIRST, SECOND = aliased(Site), aliased(Site)
LIST: dict[str, Any] = {
    name: getattr(Duplicate, name)
    for name in (
        "id",
        "created_at",
        "first_id",
        "second_id",
        "kind",
        "across_sites",
        "share",
        "bits",
        "state",
        "reason",
        "decided_at",
    )
} | {"first_site": FIRST.code.label("first_site"), "second_site": SECOND.code.label("second_site")}


class NoSuchDuplicateError(NotFoundError):
    """There is no such pair, or none that the actor may see."""


def pairs() -> Select[Any]:
    """Return the pairs, with the codes of their hospitals."""
    return (
        select(*LIST.values(), Duplicate.how, Duplicate.by)
        .select_from(Duplicate)
        .outerjoin(FIRST, FIRST.id == Duplicate.first_site_id)
        .outerjoin(SECOND, SECOND.id == Duplicate.second_site_id)
    )


async def decide_duplicate(
    session: AsyncSession, *, duplicate_id: UUID, state: DuplicateState, reason: str
) -> Duplicate:
    """Confirm or dismiss a pair; a dismissed one no longer holds the later case back.

    Raises:
        NoSuchDuplicateError: There is no such pair, or none that the actor may see.
    """
    found = await session.scalar(
        select(Duplicate)
        .where(Duplicate.id == duplicate_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchDuplicateError("There is no such pair; choose one from the list.")
    found.state = state
    found.reason = reason
    found.by = actor_of(session).id
    found.decided_at = datetime.now(UTC)
    await session.flush()
    await record(session, "select.duplicate", found, why=reason)
    await add_reasons(session, found.second_id)
    return found


async def add_reasons(session: AsyncSession, case_id: UUID) -> None:
    """Let the verdict of a later case name the pairs that hold it back; what people said stays."""
    verdict = await session.scalar(
        select(Verdict)
        .where(of_case(case_id), Verdict.current, Verdict.recalled_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    known = list(await session.scalars(select(Duplicate).where(Duplicate.second_id == case_id)))
    if verdict is None or not known:
        return
    held = [one for one in known if one.state is not DuplicateState.DISMISSED]
    said = [reason["code"] for reason in verdict.reasons]
    codes = {"duplicate_pixels" if one.kind is Kind.IDENTICAL else "near_duplicate" for one in held}
    if len(held) == len(known):
        codes |= set(said) & set(CODES)
    if codes == set(said) & set(CODES):
        return
    kept = [reason for reason in verdict.reasons if reason["code"] not in CODES]
    kept += [Reason(code, "doubt").as_dict() for code in CODES if code in codes]
    outcome = outcome_of([Reason(r["code"], r["weight"], r["metric"]) for r in kept])
    decided = await session.scalar(
        select(Override.id)
        .join(Verdict, Verdict.id == Override.verdict_id)
        .where(of_case(case_id), Override.state == OverrideState.STANDING)
        .limit(1)
    )
    verdict.reasons = kept
    verdict.outcome = outcome
    if decided is None:
        verdict.standing = outcome
    await session.flush()


async def forget(session: AsyncSession, subject_id: UUID) -> int:
    """Delete the prints of a subject and the pairs they made; return how many prints."""
    await session.execute(delete(Duplicate).where(_of_subject(subject_id)))
    gone = await session.scalars(
        delete(Fingerprint).where(Fingerprint.subject_id == subject_id).returning(Fingerprint.id)
    )
    return len(gone.all())


async def linked_subjects(session: AsyncSession) -> list[tuple[UUID, UUID, bool]]:
    """Return pairs of subjects that may be one person, and whether a person confirmed it."""
    rows = await session.execute(
        select(Duplicate.first_subject_id, Duplicate.second_subject_id, Duplicate.state).where(
            Duplicate.state != DuplicateState.DISMISSED
        )
    )
    return [(first, second, state is DuplicateState.CONFIRMED) for first, second, state in rows]


def _of_subject(subject_id: UUID) -> ColumnElement[bool]:
    return or_(Duplicate.first_subject_id == subject_id, Duplicate.second_subject_id == subject_id)
