"""Routes of pre-processing: plans, runs, their provenance and pictures."""

from collections import Counter
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import Select, select
from starlette.responses import Response

from renkei.errors import ConflictError, DataRefusedError, NotFoundError
from renkei.preprocess.server.plans import find_plan, keep_builtin, keep_plan
from renkei.preprocess.server.schemas import (
    PlanDetailOut,
    PlanIn,
    PlanOut,
    RunDetailOut,
    RunOut,
    StartIn,
    StartOut,
)
from renkei.preprocess.server.start import start_run
from renkei.preprocess.server.tables import Plan, PlanRun
from renkei.server.actor import Permission
from renkei.server.storage import load
from renkei.server.web import Db, Page, Params, gives, list_page, needs
from renkei.subjects.server.tables import Site, Subject

router = APIRouter(prefix="/preprocess", tags=["preprocess"])
VIEW = needs(Permission.PREPROCESS_VIEW)
RUN = needs(Permission.PREPROCESS_RUN)
PLANS: dict[str, Any] = {
    name: getattr(Plan, name) for name in ("id", "created_at", "name", "version", "sha256")
}
RUNS: dict[str, Any] = {
    "id": PlanRun.id,
    "created_at": PlanRun.created_at,
    "plan_id": PlanRun.plan_id,
    "plan": Plan.name.label("plan"),
    "site_id": PlanRun.site_id,
    "site": Site.code.label("site"),
    "subject_id": PlanRun.subject_id,
    "pseudonym": Subject.pseudonym,
    "series_id": PlanRun.series_id,
    "pair_series_id": PlanRun.pair_series_id,
    "state": PlanRun.state,
    "finding": PlanRun.finding,
    "code": PlanRun.code,
    "image_sha256": PlanRun.image_sha256,
    "label_sha256": PlanRun.label_sha256,
    "ended_at": PlanRun.ended_at,
}


class NoSuchRunError(NotFoundError):
    """There is no such run, or none that the actor may see."""


class NoPreviewError(NotFoundError):
    """The run has no picture."""


@router.get("/plans", dependencies=VIEW)
async def list_plans(session: Db, params: Params) -> Page[PlanOut]:
    """List plans."""
    await keep_builtin(session)
    return await list_page(session, select(Plan), columns=PLANS, params=params)


@router.get("/plans/{plan_id}", dependencies=VIEW)
async def get_plan(plan_id: UUID, session: Db) -> PlanDetailOut:
    """Return a plan with its text."""
    return PlanDetailOut.model_validate(await find_plan(session, plan=plan_id))


@router.post("/plans", status_code=201, dependencies=RUN)
async def post_plan(body: PlanIn, session: Db) -> PlanDetailOut:
    """Keep a plan."""
    return PlanDetailOut.model_validate(await keep_plan(session, toml=body.toml))


@router.get("/runs", dependencies=VIEW)
async def list_runs(session: Db, params: Params) -> Page[RunOut]:
    """List runs."""
    search = ["plan", "pseudonym", "site", "code"]
    return await list_page(session, _runs(), columns=RUNS, params=params, search=search)


@router.get("/runs/{run_id}", dependencies=VIEW)
async def get_run(run_id: UUID, session: Db) -> RunDetailOut:
    """Return a run with its provenance."""
    row = (await session.execute(_runs(PlanRun).where(PlanRun.id == run_id))).one_or_none()
    if row is None:
        raise NoSuchRunError("There is no such run; choose one from the list.")
    run: PlanRun = row.PlanRun
    return RunDetailOut(
        **RunOut.model_validate(row).model_dump(),
        by=run.by,
        sentence=run.sentence,
        record=run.record,
        image_object_id=run.image_object_id,
        label_object_id=run.label_object_id,
        pair_image_sha256=run.pair_image_sha256,
        label_source_sha256=run.label_source_sha256,
        signature_id=run.signature_id,
        has_preview=run.after_object_id is not None,
    )


@router.get("/runs/{run_id}/preview.png", dependencies=VIEW, **gives("image/png"))
async def get_preview(
    run_id: UUID,
    session: Db,
    side: Annotated[Literal["before", "after"], Query(description="Which of both.")] = "after",
) -> Response:
    """Return a picture of the case before or after the run."""
    run = await session.get(PlanRun, run_id)
    if run is None:
        raise NoSuchRunError("There is no such run; choose one from the list.")
    object_id = run.before_object_id if side == "before" else run.after_object_id
    if object_id is None:
        raise NoPreviewError("This run has no picture; it comes when the run is done.")
    # Named by its content and gone with the subject's key: private, and asked for again.
    headers = {"Cache-Control": "private, no-cache"}
    return Response(await load(session, object_id), media_type="image/png", headers=headers)


@router.post("/runs", status_code=202, dependencies=RUN)
async def post_runs(body: StartIn, session: Db) -> StartOut:
    """Run a plan on series; those that cannot be run are counted by reason."""
    plan = await find_plan(session, plan=_name_or_id(body.plan))
    runs: list[UUID] = []
    refused: Counter[str] = Counter()
    for series_id in body.series_ids:
        try:
            run = await start_run(
                session,
                plan=plan,
                series_id=series_id,
                pair_series_id=body.pairs.get(series_id),
                with_labels=body.with_labels,
            )
        except (ConflictError, DataRefusedError, NotFoundError) as refusal:
            refused[refusal.code] += 1
        else:
            runs.append(run.id)
    return StartOut(runs=runs, refused=dict(refused))


def _runs(*more: Any) -> Select[Any]:
    return (
        select(*RUNS.values(), *more)
        .select_from(PlanRun)
        .join(Plan, Plan.id == PlanRun.plan_id)
        .outerjoin(Subject, Subject.id == PlanRun.subject_id)
        .outerjoin(Site, Site.id == PlanRun.site_id)
    )


def _name_or_id(plan: str) -> UUID | str:
    try:
        return UUID(plan)
    except ValueError:
        return plan
