"""Routes of selection: cases with their verdicts, decisions of people, recipes, the flow."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import StringConstraints
from sqlalchemy import func, select

from renkei.errors import NotFoundError
from renkei.select.consort import consort_chart, steps
from renkei.select.facts import STRATUM_KEYS
from renkei.select.flow import count_flow, flow_chart
from renkei.select.server import lists
from renkei.select.server.cohort_routes import router as cohorts
from renkei.select.server.dryrun import compute_strata, try_recipe
from renkei.select.server.duplicates import LIST, decide_duplicate, pairs
from renkei.select.server.judge import NO_IMAGE, of_case
from renkei.select.server.override import NotJudgedError, confirm_override, override_case
from renkei.select.server.peers import peers_of
from renkei.select.server.queue import review_queue
from renkei.select.server.quota import draw_quotas
from renkei.select.server.recipes import keep_recipe
from renkei.select.server.review_routes import router as reviews
from renkei.select.server.schemas import (
    BoxOut,
    CaseDetailOut,
    CaseOut,
    DrawnOut,
    DryRunIn,
    DryRunOut,
    DuplicateIn,
    DuplicateOut,
    FlowOut,
    JudgeIn,
    JudgeOut,
    OverrideIn,
    OverrideOut,
    PeersOut,
    RecipeDetailOut,
    RecipeIn,
    RecipeOut,
    StepOut,
    StrataOut,
)
from renkei.select.server.tables import DuplicateState, KeptRecipe, Verdict
from renkei.select.server.undo import undo_override
from renkei.server.actor import Permission
from renkei.server.jobs import defer
from renkei.server.web import Db, Page, Params, list_page, needs
from renkei.subjects.server.tables import Series, Slide

router = APIRouter(prefix="/select", tags=["select"])
router.include_router(reviews)
router.include_router(cohorts)
VIEW = needs(Permission.SELECT_VIEW)


class NoSuchKeptRecipeError(NotFoundError):
    """There is no such recipe."""


@router.get("/cases", dependencies=VIEW)
async def list_cases(session: Db, params: Params) -> Page[CaseOut]:
    """List judged series and slides."""
    search = ["pseudonym", "modality", "body_part", "kernel", "site"]
    return await list_page(session, lists.cases(), columns=lists.CASE, params=params, search=search)


@router.get("/cases/{case_id}", dependencies=VIEW)
async def get_case(case_id: UUID, session: Db) -> CaseDetailOut:
    """Return a case with its metrics, limits, stratum, reasons and decisions."""
    row = (await session.execute(lists.cases(Verdict).where(of_case(case_id)))).one_or_none()
    if row is None:
        raise NotJudgedError("There is no judged series or slide of that id; judge it first.")
    verdict: Verdict = row.Verdict
    recipe = await session.scalar(
        select(KeptRecipe).where(KeptRecipe.sha256 == verdict.recipe_sha256)
    )
    found = await session.execute(lists.overrides(case_id))
    return CaseDetailOut(
        **CaseOut.model_validate(row).model_dump(),
        reasons=verdict.reasons,
        metrics=verdict.metrics,
        stratum=verdict.stratum,
        grades=verdict.grades,
        by=verdict.by,
        recipe=f"{recipe.name} {recipe.version}" if recipe else None,
        recipe_id=recipe.id if recipe else None,
        overrides=[
            OverrideOut.model_validate(decision).model_copy(
                update={"by_name": name, "confirmed_by_name": second}
            )
            for decision, name, second in found
        ],
    )


@router.get("/cases/{case_id}/peers", dependencies=VIEW)
async def get_peers(
    case_id: UUID,
    session: Db,
    metric: Annotated[str, Query(max_length=100, description="The name of a metric.")],
) -> PeersOut:
    """Return the values of like cases beside one case's own."""
    return PeersOut.model_validate(await peers_of(session, case_id=case_id, metric=metric))


@router.post(
    "/cases/{case_id}/overrides",
    status_code=201,
    dependencies=needs(Permission.SELECT_OVERRIDE),
)
async def post_override(case_id: UUID, body: OverrideIn, session: Db) -> OverrideOut:
    """Decide otherwise than the verdict."""
    decision = await override_case(
        session, case_id=case_id, outcome=body.outcome, reason=body.reason
    )
    return OverrideOut.model_validate(decision)


@router.post("/overrides/{override_id}/confirm", dependencies=needs(Permission.SELECT_OVERRIDE))
async def post_confirm(override_id: UUID, session: Db) -> OverrideOut:
    """Agree as a second person."""
    return OverrideOut.model_validate(await confirm_override(session, override_id=override_id))


@router.post("/overrides/{override_id}/undo", dependencies=needs(Permission.SELECT_OVERRIDE))
async def post_undo(override_id: UUID, session: Db) -> OverrideOut:
    """Take one's own decision back within minutes."""
    return OverrideOut.model_validate(await undo_override(session, override_id=override_id))


@router.get("/queue", dependencies=VIEW)
async def get_queue(
    session: Db, limit: Annotated[int, Query(ge=1, le=500, description="At most so many.")] = 50
) -> Page[CaseOut]:
    """Return the cases that wait for a person, nearest to a limit first."""
    waiting = lists.cases().where(Verdict.standing == "review").subquery()
    total = await session.scalar(select(func.count()).select_from(waiting))
    rows = (await session.execute(review_queue(limit))).all()
    return Page[CaseOut](
        items=[CaseOut.model_validate(row) for row in rows], total=total or 0, next=None
    )


@router.get("/duplicates", dependencies=VIEW)
async def list_duplicates(session: Db, params: Params) -> Page[DuplicateOut]:
    """List pairs of cases that hold the same images."""
    return await list_page(session, pairs(), columns=LIST, params=params)


@router.post("/duplicates/{duplicate_id}", dependencies=needs(Permission.SELECT_OVERRIDE))
async def post_duplicate(duplicate_id: UUID, body: DuplicateIn, session: Db) -> DuplicateOut:
    """Confirm or dismiss a pair."""
    found = await decide_duplicate(
        session,
        duplicate_id=duplicate_id,
        state=DuplicateState(body.state),
        reason=body.reason,
    )
    return DuplicateOut.model_validate(found)


@router.post("/judge", status_code=202, dependencies=needs(Permission.SELECT_JUDGE))
async def post_judge(body: JudgeIn, session: Db) -> JudgeOut:
    """Judge cases by the recipe in force."""
    series = select(Series.id).where(Series.modality.not_in(NO_IMAGE))
    slides = select(Slide.id)
    if body.case_ids is not None:
        series, slides = (
            series.where(Series.id.in_(body.case_ids)),
            slides.where(Slide.id.in_(body.case_ids)),
        )
    case_ids = [*await session.scalars(series), *await session.scalars(slides)]
    for case_id in case_ids:
        await defer(session, "select.judge", case_id=case_id)
    return JudgeOut(queued=len(case_ids))


@router.get("/recipes", dependencies=VIEW)
async def list_recipes(session: Db, params: Params) -> Page[RecipeOut]:
    """List the recipes that were in force."""
    return await list_page(session, select(KeptRecipe), columns=lists.RECIPE, params=params)


@router.get("/recipes/{recipe_id}", dependencies=VIEW)
async def get_recipe(recipe_id: UUID, session: Db) -> RecipeDetailOut:
    """Return a recipe with its text."""
    recipe = await session.get(KeptRecipe, recipe_id)
    if recipe is None:
        raise NoSuchKeptRecipeError("There is no such recipe; choose one from the list.")
    return RecipeDetailOut.model_validate(recipe)


@router.post("/recipes", status_code=201, dependencies=needs(Permission.SELECT_JUDGE))
async def post_recipe(body: RecipeIn, session: Db) -> RecipeDetailOut:
    """Put a recipe in force."""
    return RecipeDetailOut.model_validate(await keep_recipe(session, toml=body.toml))


@router.get("/flow", dependencies=VIEW)
async def get_flow(
    session: Db,
    recipe_sha256: Annotated[
        str | None, Query(max_length=64, description="Judged by this recipe; without it, by any.")
    ] = None,
) -> FlowOut:
    """Return the flow of cases through selection, with its chart."""
    boxes = count_flow(await lists.flow_cases(session, recipe_sha256))
    return FlowOut(
        boxes=[BoxOut.model_validate(box) for box in boxes],
        chart=flow_chart(boxes),
        consort={b.unit: [StepOut.model_validate(step) for step in steps(b)] for b in boxes},
        consort_chart=consort_chart(boxes[0]),
    )


@router.post("/dry-runs", dependencies=needs(Permission.SELECT_JUDGE))
async def post_dry_run(body: DryRunIn, session: Db) -> DryRunOut:
    """Try a recipe on every judged case, alone or beside another one; nothing changes."""
    found = await try_recipe(session, toml=body.toml, against=body.against, in_force=body.in_force)
    return DryRunOut.model_validate(found)


@router.post("/quotas", dependencies=needs(Permission.SELECT_JUDGE))
async def post_quotas(session: Db) -> DrawnOut:
    """Draw the quotas of the recipe in force: who is over quota is set aside, never left out."""
    return DrawnOut.model_validate(await draw_quotas(session))


@router.get("/strata", dependencies=VIEW)
async def get_strata(
    session: Db,
    by: Annotated[
        list[Annotated[str, StringConstraints(max_length=200)]] | None,
        Query(max_length=8, description="Keys of one level, by commas; without it, every key."),
    ] = None,
) -> StrataOut:
    """Return medians and spreads of the judged cases, as the strata of a recipe."""
    every = ",".join(STRATUM_KEYS)
    return StrataOut.model_validate(await compute_strata(session, by=by or [every]))
