"""Start a plan on a case: selected, signed where labels are wanted, and never twice."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.server.signed import signed_labels
from renkei.errors import ConflictError, NotFoundError, UsageError
from renkei.imaging.labels import label_hash, pack
from renkei.preprocess.case import Given
from renkei.preprocess.keys import Inputs, code_digests, run_key
from renkei.preprocess.plan import Plan as Parsed
from renkei.preprocess.plan import parse_plan
from renkei.preprocess.server.tables import Plan, PlanRun, RunState
from renkei.preprocess.server.times import Time, find_days
from renkei.select.server.standing import standing
from renkei.select.verdict import Outcome
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.server.jobs import defer
from renkei.subjects.server.files import series_renditions
from renkei.subjects.server.tables import Series, Subject

MOST_TIMES = 20


class NoSuchSeriesError(NotFoundError):
    """There is no such series, or none that the actor may see."""


class NotSelectedError(ConflictError):
    """The case is not accepted, so nothing is made of it."""


class NotSignedError(ConflictError):
    """The case has no signed labels, and the run wants them."""


class NotAPairError(ConflictError):
    """The two series are not of one subject."""


class WrongModalityError(ConflictError):
    """The plan is for another modality."""


class PairNeededError(UsageError):
    """The plan takes two series, or takes only one."""


class WithdrawnSubjectError(ConflictError):
    """The subject has withdrawn."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Signed labels, packed, with what binds them."""

    packed: bytes
    sha256: str
    signature_id: UUID


async def start_run(
    session: AsyncSession,
    *,
    plan: Plan,
    series_id: UUID,
    pair_series_id: UUID | None = None,
    more: Sequence[UUID] = (),
    with_labels: bool = True,
) -> PlanRun:
    """Queue a plan on a series; the same bytes through the same plan are one run.

    `more` are the other scans of a time series, in any order: their dates put them into one.

    Raises:
        NoSuchSeriesError: There is none, or none that the actor may see.
        NotSelectedError: Selection does not accept it.
        NotSignedError: Labels are wanted and none are signed.
        NotAPairError: The pair is of two subjects.
        PairNeededError: The number of series is not the plan's.
        NoDateError: A scan of a time series has no date.
    """
    parsed = parse_plan(plan.toml)
    if parsed.many:
        given = [series_id, *more]
        return await _start_series(session, plan, parsed, given, with_labels=with_labels)
    if more:
        raise PairNeededError("This plan takes no time series.")
    series_ids = [series_id] if pair_series_id is None else [series_id, pair_series_id]
    if len(series_ids) != len(parsed.roles):
        raise PairNeededError(f"This plan takes {len(parsed.roles)} series.")
    cases = [
        await find_selected(session, one, parsed.inputs[role])
        for one, role in zip(series_ids, parsed.roles, strict=True)
    ]
    if len({case.subject_id for case in cases}) > 1:
        raise NotAPairError("Both series must be of one subject; choose another pair.")
    signed = await find_signed(session, series_id) if with_labels else None
    if with_labels and signed is None:
        raise NotSignedError(
            "The labels of this series are not signed yet; run without labels, or wait."
        )
    inputs = {
        role: [(await _hashes(session, one), signed.sha256 if signed and not n else None)]
        for n, (role, one) in enumerate(zip(parsed.roles, series_ids, strict=True))
    }
    return await _queue(
        session,
        cases[0],
        await _key(parsed, inputs),
        plan_id=plan.id,
        pair_series_id=pair_series_id,
        label_source_sha256=signed.sha256 if signed else None,
        signature_id=signed.signature_id if signed else None,
    )


async def _start_series(
    session: AsyncSession,
    plan: Plan,
    parsed: Parsed,
    given: Sequence[UUID],
    *,
    with_labels: bool,
) -> PlanRun:
    """Queue a plan on the scans of one patient over time, each with its own signed labels."""
    if len(parsed.roles) != 1 or not 2 <= len(set(given)) <= MOST_TIMES:
        raise PairNeededError(f"A time series has two to {MOST_TIMES} scans, in one input.")
    role = parsed.roles[0]
    cases = {one: await find_selected(session, one, parsed.inputs[role]) for one in given}
    if len({case.subject_id for case in cases.values()}) > 1:
        raise NotAPairError("All scans must be of one subject; choose others.")
    times = await find_days(session, given)
    if with_labels:
        times = [await _with_labels(session, one) for one in times]
    inputs = [
        (Given((), await _hashes(session, one.series_id), day=one.day).decides, one.label_sha256)
        for one in times
    ]
    return await _queue(
        session,
        cases[times[0].series_id],
        await _key(parsed, {role: inputs}),
        plan_id=plan.id,
        times=[one.as_dict() for one in times],
    )


async def _with_labels(session: AsyncSession, time: Time) -> Time:
    signed = await find_signed(session, time.series_id)
    if signed is None:
        raise NotSignedError(
            "The labels of a scan are not signed yet; run without labels, or wait."
        )
    return replace(time, label_sha256=signed.sha256)


async def _queue(session: AsyncSession, case: Series, key: str, **values: Any) -> PlanRun:
    key = f"{case.subject_id}:{key}"
    row = insert(PlanRun).values(
        series_id=case.id,
        subject_id=case.subject_id,
        site_id=case.site_id,
        key=key,
        by=actor_of(session).id,
        state=RunState.WAITING,
        **values,
    )
    run: PlanRun | None = await session.scalar(row.on_conflict_do_nothing().returning(PlanRun))
    if run is None:
        return await _again(session, key)
    await record(session, "preprocess.start", run)
    await defer(session, "preprocess.run", run_id=run.id)
    return run


async def find_selected(session: AsyncSession, series_id: UUID, modality: str) -> Series:
    """Return a series that a plan may take.

    Raises:
        NoSuchSeriesError: There is none, or none that the actor may see.
        WrongModalityError: It is of another modality.
        WithdrawnSubjectError: Its subject has withdrawn.
        NotSelectedError: Selection does not accept it.
    """
    series = await session.get(Series, series_id)
    if series is None:
        raise NoSuchSeriesError("There is no such series; choose one from the list.")
    if series.modality != modality:
        raise WrongModalityError(f"This plan takes {modality} here.")
    subject = await session.get_one(Subject, series.subject_id)
    if subject.withdrawn_at is not None:
        raise WithdrawnSubjectError("The subject has withdrawn; leave the case out.")
    if await standing(session, series_id) is not Outcome.ACCEPT:
        raise NotSelectedError("Selection does not accept this series; judge or decide it first.")
    return series


async def find_signed(session: AsyncSession, series_id: UUID) -> Signed | None:
    """Return the signed labels of a series."""
    found = await signed_labels(session, series_id)
    if found is None:
        return None
    labels, signature = found
    return Signed(pack(labels), label_hash(labels), signature.id)


async def _hashes(session: AsyncSession, series_id: UUID) -> list[str]:
    return [rendition.sha256 for rendition in await series_renditions(session, series_id)]


async def _key(plan: Parsed, inputs: Mapping[str, Inputs]) -> str:
    return run_key(plan, inputs, await asyncio.to_thread(code_digests, plan))


async def _again(session: AsyncSession, key: str) -> PlanRun:
    """Return the run of this key; one that failed or was refused waits anew."""
    found = await session.scalars(select(PlanRun).where(PlanRun.key == key).with_for_update())
    run = found.one()
    if run.state in {RunState.FAILED, RunState.REFUSED}:
        run.state, run.code, run.sentence, run.ended_at = RunState.WAITING, None, None, None
        await session.flush()
        await defer(session, "preprocess.run", run_id=run.id)
    return run
