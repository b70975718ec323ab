"""The queries behind the lists of selection."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, case, func, literal, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.people.server.tables import User
from renkei.select.flow import FlowCase
from renkei.select.server.tables import KeptRecipe, Override, Verdict
from renkei.subjects.server.tables import Series, Site, Subject

CASE_ID = func.coalesce(Verdict.series_id, Verdict.slide_id)
CASE: dict[str, Any] = {
    "id": CASE_ID.label("id"),
    "verdict_id": Verdict.id.label("verdict_id"),
    "created_at": Verdict.created_at,
    "kind": case((Verdict.slide_id.is_(None), literal("series")), else_=literal("slide")).label(
        "kind"
    ),
    "site_id": Verdict.site_id,
    "site": Site.code.label("site"),
    "subject_id": Verdict.subject_id,
    "pseudonym": Subject.pseudonym,
    "made": func.coalesce(Subject.made, literal(value=False)).label("made"),
    "modality": Verdict.modality,
    "body_part": Series.body_part,
    "kernel": Series.kernel,
    "outcome": Verdict.outcome,
    "standing": Verdict.standing,
    "reason_codes": func.jsonb_path_query_array(
        Verdict.reasons, sql_cast("$[*].key", JSONPATH)
    ).label("reason_codes"),
    "nearest": Verdict.nearest,
    "grade": Verdict.grades["overall"].as_integer().label("grade"),
    "over_quota": Verdict.over_quota,
    "recipe_sha256": Verdict.recipe_sha256,
}
RECIPE: dict[str, Any] = {
    name: getattr(KeptRecipe, name)
    for name in ("id", "created_at", "name", "version", "sha256", "in_force")
}


def cases(*more: Any) -> Select[Any]:
    """Return the judged cases, newest verdict each."""
    return (
        select(*CASE.values(), *more)
        .select_from(Verdict)
        .outerjoin(Series, Series.id == Verdict.series_id)
        .outerjoin(Subject, Subject.id == Verdict.subject_id)
        .outerjoin(Site, Site.id == Verdict.site_id)
        .where(Verdict.current)
    )


def overrides(case_id: UUID) -> Select[Any]:
    """Return what people decided about a case, newest first, with their names."""
    second = select(User.id, User.name).subquery()
    return (
        select(Override, User.name.label("by_name"), second.c.name.label("confirmed_by_name"))
        .join(Verdict, Verdict.id == Override.verdict_id)
        .outerjoin(User, sql_cast(User.id, String) == Override.by)
        .outerjoin(second, sql_cast(second.c.id, String) == Override.confirmed_by)
        .where((Verdict.series_id == case_id) | (Verdict.slide_id == case_id))
        .order_by(Override.id.desc())
    )


async def kept_cases(session: AsyncSession) -> list[tuple[str, dict[str, Any]]]:
    """Return every judged case by its id, with the plain values that a dry run reads."""
    rows = await session.execute(
        select(CASE_ID, Verdict.facts, Verdict.metrics, Verdict.reasons).where(
            Verdict.current, Verdict.recalled_at.is_(None)
        )
    )
    return [
        (str(case_id), {"facts": facts, "metrics": metrics, "reasons": reasons})
        for case_id, facts, metrics, reasons in rows
        if facts
    ]


async def flow_cases(session: AsyncSession, recipe_sha256: str | None = None) -> list[FlowCase]:
    """Return every judged case as the flow counts it; a slide is a study of its own."""
    query = (
        select(Verdict, Series.study_id)
        .outerjoin(Series, Series.id == Verdict.series_id)
        .where(Verdict.current)
    )
    if recipe_sha256 is not None:
        query = query.where(Verdict.recipe_sha256 == recipe_sha256)
    return [
        FlowCase(
            patient=str(verdict.subject_id),
            study=str(study_id or verdict.slide_id),
            series=str(verdict.series_id or verdict.slide_id),
            outcome=verdict.standing,
            # A case that a person excluded carries the machine's doubts no longer as its reason.
            reasons=tuple(str(r["key"]) for r in verdict.reasons)
            if verdict.standing == verdict.outcome or verdict.recalled_at
            else ("by_a_person",),
            over_quota=verdict.over_quota,
        )
        for verdict, study_id in await session.execute(query)
    ]
