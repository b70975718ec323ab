"""Keep what a judged case looks like, and compare it with every other case."""

import asyncio
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from renkei import compute
from renkei.select.near import compare, likely
from renkei.select.prints import BYTES, POSITIONS, CasePrint, print_files
from renkei.select.server.duplicates import add_reasons
from renkei.select.server.judge import of_case
from renkei.select.server.tables import Duplicate, Fingerprint, Verdict
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.subjects.server.files import series_files, slide_file

SECONDS = 900.0
# So many cases are held against ours at a time: about 20 MB of hashes.
BATCH = 2000


async def find_duplicates_of(verdict_id: UUID) -> None:
    """Keep the print of a judged case, write who it may be a duplicate of, and say so.

    The print is committed before the search, so that of two cases that are compared at one time
    at least one finds the other.
    """
    async with transaction(system("print a case")) as session:
        verdict = await session.get(Verdict, verdict_id)
        if verdict is None or verdict.recalled_at is not None:
            return
        case_id = verdict.series_id or verdict.slide_id
        if case_id is None:
            return
        kept = await _find(session, case_id)
        if kept is None:
            slide = verdict.slide_id is not None
            files = [await slide_file(session, case_id)] if slide else []
            files = files or await series_files(session, case_id)
            modality = verdict.modality
    if kept is None:
        found = await compute.run(print_files, files, modality, seconds=SECONDS)
        async with transaction(system("print a case")) as session:
            await _keep(session, case_id, found)
    async with transaction(system("compare a case")) as session:
        kept = await _find(session, case_id)
        if kept is None:
            return
        for later in sorted({case_id, *await _search(session, kept)}):
            await add_reasons(session, later)


async def _find(session: AsyncSession, case_id: UUID) -> Fingerprint | None:
    found: Fingerprint | None = await session.scalar(
        select(Fingerprint)
        .where(Fingerprint.case_id == case_id)
        .options(undefer(Fingerprint.views), undefer(Fingerprint.digests))
    )
    return found


async def _keep(session: AsyncSession, case_id: UUID, found: CasePrint) -> None:
    """Keep a print, unless the subject was recalled meanwhile."""
    verdict = await session.scalar(
        select(Verdict).where(of_case(case_id), Verdict.current).with_for_update()
    )
    if verdict is None or verdict.recalled_at is not None:
        return
    row = insert(Fingerprint).values(
        case_id=case_id,
        kind="slide" if verdict.slide_id else "series",
        subject_id=verdict.subject_id,
        site_id=verdict.site_id,
        own=found.own.tobytes(),
        views=found.views.tobytes(),
        digests=found.sha256.tobytes(),
        rows=found.matrix[0],
        columns=found.matrix[1],
    )
    await session.execute(row.on_conflict_do_nothing())


async def _search(session: AsyncSession, ours: Fingerprint) -> list[UUID]:
    """Write the pairs that a case makes with cases of others; return the later one of each."""
    mine = _print(ours)
    later: list[UUID] = []
    after = UUID(int=0)
    while True:
        rows = (
            await session.execute(
                select(Fingerprint.id, Fingerprint.own)
                .where(
                    Fingerprint.id > after,
                    Fingerprint.kind == ours.kind,
                    Fingerprint.subject_id != ours.subject_id,
                )
                .order_by(Fingerprint.id)
                .limit(BATCH)
            )
        ).all()
        if not rows:
            return later
        after = rows[-1].id
        owns = [np.frombuffer(row.own, np.uint8).reshape(-1, BYTES) for row in rows]
        near = [rows[i].id for i in await asyncio.to_thread(likely, mine, owns)]
        for theirs in await session.scalars(
            select(Fingerprint)
            .where(Fingerprint.id.in_(near))
            .options(undefer(Fingerprint.views), undefer(Fingerprint.digests))
        ):
            second = await _pair(session, ours, mine, theirs)
            later += [second] if second else []


async def _pair(
    session: AsyncSession, ours: Fingerprint, mine: CasePrint, theirs: Fingerprint
) -> UUID | None:
    match = await asyncio.to_thread(compare, mine, _print(theirs))
    if match is None:
        return None
    first, second = sorted((ours, theirs), key=lambda one: one.case_id)
    row = insert(Duplicate).values(
        first_id=first.case_id,
        second_id=second.case_id,
        first_subject_id=first.subject_id,
        second_subject_id=second.subject_id,
        first_site_id=first.site_id,
        second_site_id=second.site_id,
        kind=match.kind,
        across_sites=first.site_id != second.site_id,
        share=match.share,
        bits=match.bits,
        how=list(match.how),
    )
    await session.execute(row.on_conflict_do_nothing())
    return second.case_id


def _print(kept: Fingerprint) -> CasePrint:
    return CasePrint(
        np.frombuffer(kept.digests, np.uint8).reshape(-1, BYTES),
        np.frombuffer(kept.views, np.uint8).reshape(-1, POSITIONS, BYTES),
        (kept.rows, kept.columns),
    )
