"""Carry a run out: read, compute outside the event loop, write bytes with their lineage."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.errors import DataRefusedError
from renkei.preprocess.case import Given, Produced, run_known
from renkei.preprocess.plan import parse_plan
from renkei.preprocess.run import CODE
from renkei.preprocess.server.files import keep_files
from renkei.preprocess.server.known import find_known, keep_steps
from renkei.preprocess.server.start import find_signed
from renkei.preprocess.server.tables import Plan, PlanRun, RunState
from renkei.preprocess.server.times import times_of
from renkei.preprocess.tryout import code_of
from renkei.preprocess.views import Views, layout
from renkei.proof import digest
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import transaction
from renkei.server.events import Event, emit
from renkei.server.lineage import record_run
from renkei.server.storage import StoredObject, store
from renkei.subjects.server.files import series_files, series_renditions
from renkei.subjects.server.tables import Subject

SECONDS = 1800.0


class LabelsChangedError(DataRefusedError):
    """Other labels were signed since the run was started."""


@dataclass(frozen=True)
class CaseProcessed(Event):
    """A case has gone through a plan; its new bytes are stored."""

    run_id: UUID


@dataclass(frozen=True, slots=True)
class _Read:
    plan: str
    given: dict[str, list[Given]]
    known: dict[str, bytes]
    codes: dict[str, str]


async def execute_run(run_id: UUID) -> None:
    """Carry a waiting run out; a run that has ended is left as it is."""
    with TemporaryDirectory() as scratch:
        try:
            async with transaction(system("run a plan")) as session:
                read = await _read(session, run_id)
            if read is None:
                return
            produced, added = await compute.run(
                run_known,
                read.plan,
                read.given,
                Path(scratch),
                read.known,
                read.codes,
                seconds=SECONDS,
            )
        except DataRefusedError as refusal:
            async with transaction(system("run a plan")) as session:
                await _refuse(session, run_id, refusal)
            return
        async with transaction(system("run a plan")) as session:
            await _write(session, run_id, read, produced, added)


async def _read(session: AsyncSession, run_id: UUID) -> _Read | None:
    run = await session.get_one(PlanRun, run_id)
    if run.state is not RunState.WAITING:
        return None
    plan = await session.get_one(Plan, run.plan_id)
    parsed = parse_plan(plan.toml)
    if run.times:
        role = parsed.roles[0]
        given = {
            role: [
                await _given(session, one.series_id, one.label_sha256, one.day)
                for one in times_of(run)
            ]
        }
    else:
        series_ids = [run.series_id, *([run.pair_series_id] if run.pair_series_id else [])]
        given = {
            role: [await _given(session, one, None if n else run.label_source_sha256)]
            for n, (role, one) in enumerate(zip(parsed.roles, series_ids, strict=True))
        }
    return _Read(plan.toml, given, *await find_known(session, run, plan.toml, given))


async def _given(
    session: AsyncSession, series_id: UUID, label_sha256: str | None, day: int | None = None
) -> Given:
    packed = None
    if label_sha256 is not None:
        signed = await find_signed(session, series_id)
        if signed is None or signed.sha256 != label_sha256:
            raise LabelsChangedError("Other labels were signed since; start the run again.")
        packed = signed.packed
    sources = [one.sha256 for one in await series_renditions(session, series_id)]
    return Given(await series_files(session, series_id), sources, packed, day)


async def _write(
    session: AsyncSession, run_id: UUID, read: _Read, produced: Produced, added: dict[str, bytes]
) -> None:
    run = await _lock(session, run_id)
    if run is None:
        return
    main = produced.made[0]
    image = await _store(session, run, main.data)
    outputs = [image]
    run.image_object_id, run.image_sha256 = image.id, image.plain_sha256
    if main.labels is not None:
        labels = await _store(session, run, main.labels)
        run.label_object_id, run.label_sha256 = labels.id, labels.plain_sha256
        outputs.append(labels)
    if len(produced.made) > 1:
        other = await _store(session, run, produced.made[1].data)
        run.pair_image_object_id, run.pair_image_sha256 = other.id, other.plain_sha256
        outputs.append(other)
    outputs += await keep_files(session, run, produced)
    await keep_steps(session, run, added)
    if produced.views is not None:
        run.views = await _store_views(session, run, produced.views)
    run.record = dict(produced.record)
    run.finding = str(produced.finding)
    run.code = next(iter(produced.codes), None)
    run.state, run.ended_at = RunState.DONE, datetime.now(UTC)
    await session.flush()
    given = [one for scans in read.given.values() for one in scans]
    inputs = [sha for one in given for sha in one.sources]
    if run.label_source_sha256:
        inputs.append(run.label_source_sha256)
    inputs += [one.label_sha256 for one in times_of(run) if one.label_sha256]
    inputs += [digest(one.labels) for one in given if one.labels is not None]
    await record_run(
        session,
        kind="preprocess.run",
        code=CODE,
        parameters={"plan": run.record["plan"], "steps": run.record["steps"]},
        inputs=inputs,
        outputs=[one.plain_sha256 for one in outputs],
        subjects=[run.subject_id],
    )
    await record(session, "preprocess.done", run)
    await emit(session, CaseProcessed(run.id), site_id=run.site_id)


async def _store_views(session: AsyncSession, run: PlanRun, views: Views) -> dict[str, Any]:
    kept = {name: await _store(session, run, png) for name, png in views.layers.items()}
    # A list, since the database does not keep the order of an object's keys.
    layers = [[name, str(one.id)] for name, one in kept.items()]
    return {**layout(views), "layers": layers}


async def _store(session: AsyncSession, run: PlanRun, data: bytes | Path) -> StoredObject:
    if isinstance(data, Path):
        data = await asyncio.to_thread(data.read_bytes)
    return await store(session, data, site_id=run.site_id, subject_id=run.subject_id)


async def _refuse(session: AsyncSession, run_id: UUID, refusal: DataRefusedError) -> None:
    run = await _lock(session, run_id)
    if run is None:
        return
    run.state, run.ended_at = RunState.REFUSED, datetime.now(UTC)
    run.code = code_of(refusal)
    run.sentence = refusal.sentence
    run.finding = "refuse"
    run.record = {"measures": _numbers(refusal.facts)}
    await session.flush()
    await record(session, "preprocess.refuse", run, why=run.code)


def _numbers(facts: dict[str, Any]) -> dict[str, float]:
    return {k: float(v) for k, v in facts.items() if isinstance(v, int | float)}


async def _lock(session: AsyncSession, run_id: UUID) -> PlanRun | None:
    """Return the run while it waits; None when another worker ended it or it was recalled."""
    found: PlanRun | None = await session.scalar(
        select(PlanRun)
        .where(PlanRun.id == run_id, PlanRun.state == RunState.WAITING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        return None
    subject = await session.get_one(Subject, found.subject_id)
    return None if subject.withdrawn_at is not None else found
