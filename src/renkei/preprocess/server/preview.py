"""Try a plan on a case before it is kept: computed at once, shown, stored nowhere."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.errors import ConflictError
from renkei.preprocess.case import Given
from renkei.preprocess.plan import Plan, parse_plan
from renkei.preprocess.server.start import (
    NotAPairError,
    PairNeededError,
    find_selected,
    find_signed,
)
from renkei.preprocess.server.times import find_days
from renkei.preprocess.tryout import Tried, try_case
from renkei.subjects.server.files import series_files, series_renditions

SECONDS = 120.0
AT_ONCE = 2
_places = asyncio.Semaphore(AT_ONCE)


class PreviewsBusyError(ConflictError):
    """As many previews are computed as one server takes at once."""


async def preview_case(session: AsyncSession, *, toml: str, series_ids: Sequence[UUID]) -> Tried:
    """Run a plan's text on a selected case with its signed labels, and return how it looks.

    `series_ids` are one for each input, or the scans of a time series, oldest first.

    Raises:
        BadPlanError: The plan cannot be read.
        NotSelectedError: Selection does not accept a series.
        PairNeededError: The number of series is not the plan's.
        PreviewsBusyError: Others are being computed.
    """
    plan = parse_plan(toml)
    if _places.locked():
        raise PreviewsBusyError("Other previews are being computed; try again in a minute.")
    given = (
        {plan.roles[0]: await _times(session, plan.inputs[plan.roles[0]], series_ids)}
        if plan.many
        else await _inputs(session, plan, series_ids)
    )
    async with _places:
        with TemporaryDirectory() as scratch:
            return await compute.run(try_case, toml, given, Path(scratch), seconds=SECONDS)


async def _times(session: AsyncSession, modality: str, series_ids: Sequence[UUID]) -> list[Given]:
    await _check(session, [(one, modality) for one in series_ids])
    times = await find_days(session, series_ids)
    return [await _given(session, time.series_id, time.day, labels=True) for time in times]


async def _inputs(
    session: AsyncSession, plan: Plan, series_ids: Sequence[UUID]
) -> dict[str, list[Given]]:
    if len(series_ids) != len(plan.roles):
        raise PairNeededError(f"This plan takes {len(plan.roles)} series.")
    modalities = plan.inputs.values()
    await _check(session, list(zip(series_ids, modalities, strict=True)))
    return {
        role: [await _given(session, one, labels=not n)]
        for n, (role, one) in enumerate(zip(plan.roles, series_ids, strict=True))
    }


async def _check(session: AsyncSession, wanted: Sequence[tuple[UUID, str]]) -> None:
    cases = [await find_selected(session, one, modality) for one, modality in wanted]
    if len({case.subject_id for case in cases}) > 1:
        raise NotAPairError("All series must be of one subject; choose others.")


async def _given(
    session: AsyncSession, series_id: UUID, day: int | None = None, *, labels: bool
) -> Given:
    signed = await find_signed(session, series_id) if labels else None
    sources = [rendition.sha256 for rendition in await series_renditions(session, series_id)]
    files = await series_files(session, series_id)
    return Given(files, sources, signed.packed if signed else None, day)
