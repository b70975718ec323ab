"""Judge one case: read what it takes, compute outside the event loop, write one verdict."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.errors import NotFoundError
from renkei.select import verdict as rules
from renkei.select.case import SLIDE
from renkei.select.duplicates import LEAST_SHARE
from renkei.select.judge import judge_series, judge_slide_bytes
from renkei.select.recipe import CaseFacts, Recipe
from renkei.select.server.findings import findings_of
from renkei.select.server.recipes import recipe_in_force
from renkei.select.server.tables import Override, OverrideState, Verdict
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import transaction
from renkei.server.events import Event, emit
from renkei.subjects.server.files import series_files, slide_file
from renkei.subjects.server.tables import Instance, Rendition, Series, Site, Slide, Subject

# Labels, plans and documents travel as DICOM series too; they are no images to judge.
NO_IMAGE = frozenset({"SEG", "RTSTRUCT", "RTPLAN", "RTDOSE", "SR", "PR", "KO", "DOC"})
SECONDS = 900.0


class NoSuchCaseError(NotFoundError):
    """There is no such series or slide, or none that the actor may see."""


@dataclass(frozen=True)
class CaseJudged(Event):
    """A recipe has spoken on a series or slide."""

    verdict_id: UUID


@dataclass(frozen=True, slots=True)
class _Read:
    recipe: Recipe
    facts: CaseFacts
    files: list[bytes]
    duplicate: bool


async def judge_case(case_id: UUID) -> None:
    """Judge a series or slide by the recipe in force; the same recipe again changes nothing."""
    async with transaction(system("judge a case")) as session:
        read = await _read(session, case_id)
    if read is None:
        return
    if read.facts.modality == SLIDE:
        found = await compute.run(
            judge_slide_bytes, read.files[0], read.recipe, read.facts, seconds=SECONDS
        )
    else:
        found = await compute.run(
            judge_series,
            read.files,
            read.recipe,
            facts=read.facts,
            duplicate=read.duplicate,
            seconds=SECONDS,
        )
    async with transaction(system("judge a case")) as session:
        await write_verdict(session, case_id=case_id, verdict=found)


async def write_verdict(
    session: AsyncSession, *, case_id: UUID, verdict: rules.Verdict
) -> Verdict | None:
    """Write a verdict and announce it; None when this recipe has judged the case before.

    Raises:
        NoSuchCaseError: There is no such case.
    """
    case = await find_case(session, case_id)
    said = verdict.as_dict()
    row = insert(Verdict).values(
        series_id=case_id if isinstance(case, Series) else None,
        slide_id=case_id if isinstance(case, Slide) else None,
        subject_id=case.subject_id,
        site_id=case.site_id,
        recipe_sha256=verdict.recipe_sha256,
        modality=case.modality if isinstance(case, Series) else SLIDE,
        outcome=verdict.outcome,
        standing=verdict.outcome,
        reasons=said["reasons"],
        metrics=said["metrics"],
        stratum=said["stratum"],
        facts=said["facts"],
        grades=said["grades"],
        nearest=verdict.nearest,
    )
    written: Verdict | None = await session.scalar(row.on_conflict_do_nothing().returning(Verdict))
    if written is None:
        return None
    older = Verdict.id != written.id, of_case(case_id)
    await session.execute(update(Verdict).where(*older).values(current=False))
    # What a person decided about the case outlives a new recipe until a person decides anew.
    decided = await session.scalar(
        select(Override.outcome)
        .join(Verdict, Verdict.id == Override.verdict_id)
        .where(of_case(case_id), Override.state == OverrideState.STANDING)
        .order_by(Override.id.desc())
        .limit(1)
    )
    written.standing = decided or written.standing
    await session.flush()
    await record(session, "select.judge", written)
    await emit(session, CaseJudged(written.id), site_id=written.site_id)
    return written


def of_case(case_id: UUID) -> Any:
    """Return the condition that a verdict is of this series or slide."""
    return (Verdict.series_id == case_id) | (Verdict.slide_id == case_id)


async def find_case(session: AsyncSession, case_id: UUID) -> Series | Slide:
    """Return the series or slide of that id.

    Raises:
        NoSuchCaseError: There is none, or none that the actor may see.
    """
    found: Series | Slide | None = await session.get(Series, case_id)
    found = found or await session.get(Slide, case_id)
    if found is None:
        raise NoSuchCaseError("There is no such series or slide; choose one from the list.")
    return found


async def _read(session: AsyncSession, case_id: UUID) -> _Read | None:
    case = await find_case(session, case_id)
    subject = await session.get_one(Subject, case.subject_id)
    modality = case.modality if isinstance(case, Series) else SLIDE
    if modality in NO_IMAGE or subject.withdrawn_at is not None:
        return None
    recipe = await recipe_in_force(session)
    known = await session.scalar(
        select(Verdict.id).where(of_case(case_id), Verdict.recipe_sha256 == recipe.sha256)
    )
    if known is not None:
        return None
    base = CaseFacts(
        modality=modality,
        age=subject.age,
        findings=await findings_of(session, case.subject_id),
        sex=subject.sex,
        site=(await session.get_one(Site, case.site_id)).code,
        patient=str(case.subject_id),
        study=str(case_id if isinstance(case, Slide) else case.study_id),
        series=str(case_id),
    )
    if isinstance(case, Slide):
        return _Read(recipe, base, [await slide_file(session, case_id)], duplicate=False)
    facts = replace(
        base,
        body_part=case.body_part,
        kernel=case.kernel,
        thickness_mm=case.thickness_mm,
        model=case.model,
    )
    files = await series_files(session, case_id)
    return _Read(recipe, facts, files, duplicate=await _is_duplicate(session, case_id))


async def _is_duplicate(session: AsyncSession, series_id: UUID) -> bool:
    """Tell whether an earlier series holds at least half of this one's decoded images."""
    own = (
        select(Rendition.pixel_sha256)
        .join(Instance, Instance.id == Rendition.instance_id)
        .where(Instance.series_id == series_id, Rendition.pixel_sha256.is_not(None))
        .distinct()
    )
    total = await session.scalar(select(func.count()).select_from(own.subquery()))
    most = await session.scalar(
        select(func.count(Rendition.pixel_sha256.distinct()).label("shared"))
        .join(Instance, Instance.id == Rendition.instance_id)
        .where(Instance.series_id < series_id, Rendition.pixel_sha256.in_(own))
        .group_by(Instance.series_id)
        .order_by(func.count(Rendition.pixel_sha256.distinct()).desc())
        .limit(1)
    )
    return bool(total and most and most / total >= LEAST_SHARE)
