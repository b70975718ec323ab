"""Routes of pre-processing: plans, runs, their provenance and pictures."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from sqlalchemy import Select, select
from starlette.responses import Response

from renkei.errors import ConflictError, DataRefusedError, NotFoundError
from renkei.preprocess.draft import describe_steps, find_wrong, read_draft
from renkei.preprocess.server.files import find_files, read_file
from renkei.preprocess.server.histograms import cohort_histograms
from renkei.preprocess.server.plans import find_plan, keep_builtin, keep_plan
from renkei.preprocess.server.preview import preview_case
from renkei.preprocess.server.schemas import (
    HistogramsOut,
    PlanCheckedOut,
    PlanDetailOut,
    PlanIn,
    PlanOut,
    PlanPreviewIn,
    PlanPreviewOut,
    PlanStepOut,
    RunDetailOut,
    RunFileOut,
    RunOut,
    StartIn,
    StartOut,
    TimeOut,
    ViewsOut,
)
from renkei.preprocess.server.start import start_run
from renkei.preprocess.server.tables import Plan, PlanRun
from renkei.preprocess.server.times import times_of
from renkei.preprocess.views import layout
from renkei.server.actor import Permission
from renkei.server.storage import load
from renkei.server.web import Db, Page, Params, gives, list_page, needs
from renkei.subjects.server.tables import Site, Subject

router = APIRouter(prefix="/preprocess", tags=["preprocess"])
VIEW = needs(Permission.PREPROCESS_VIEW)
BYTES = "application/octet-stream"
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


class NoViewError(NotFoundError):
    """The run has no such picture."""


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
        times=[TimeOut.model_validate(one.as_dict()) for one in times_of(run)],
        views=_views(run.views, dict(run.views["layers"])) if run.views else None,
    )


@router.get("/runs/{run_id}/views/{layer}.png", dependencies=VIEW, **gives("image/png"))
async def get_view(
    run_id: UUID, layer: Annotated[str, Path(max_length=40, description="Its name.")], session: Db
) -> Response:
    """Return one layer of a run's pictures: all slices under each other."""
    run = await session.get(PlanRun, run_id)
    if run is None:
        raise NoSuchRunError("There is no such run; choose one from the list.")
    object_id = dict((run.views or {"layers": []})["layers"]).get(layer)
    if object_id is None:
        raise NoViewError("This run has no such picture; pictures come when the run is done.")
    # Named by its content and gone with the subject's key: private, and asked for again.
    headers = {"Cache-Control": "private, no-cache"}
    return Response(await load(session, UUID(object_id)), media_type="image/png", headers=headers)


@router.get("/runs/{run_id}/files", dependencies=VIEW)
async def list_run_files(run_id: UUID, session: Db) -> list[RunFileOut]:
    """List what the steps of a run gave beside its results."""
    return [RunFileOut.model_validate(one) for one in await find_files(session, run_id)]


@router.get("/runs/{run_id}/files/{file_id}", dependencies=VIEW, **gives(BYTES))
async def get_run_file(run_id: UUID, file_id: UUID, session: Db) -> Response:
    """Return a file that a step gave beside the results."""
    name, data = await read_file(session, run_id, file_id)
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(data, media_type=BYTES, headers=headers)


@router.get("/steps", dependencies=VIEW)
async def list_steps() -> list[PlanStepOut]:
    """List the steps that plans may hold, with their parameters and limits."""
    return [PlanStepOut.model_validate(step) for step in describe_steps()]


@router.post("/plans/check", dependencies=VIEW)
async def check_plan(body: PlanIn) -> PlanCheckedOut:
    """Say what a plan's text holds and what is wrong with it; nothing is kept."""
    return PlanCheckedOut.model_validate(
        {"draft": read_draft(body.toml), "wrong": find_wrong(body.toml)}
    )


@router.post("/previews", dependencies=RUN)
async def post_preview(body: PlanPreviewIn, session: Db) -> PlanPreviewOut:
    """Try a plan's text on one case and show what it would make; nothing is kept."""
    tried = await preview_case(session, toml=body.toml, series_ids=body.series_ids)
    layers = tried.views.layers if tried.views else {}
    return PlanPreviewOut(
        finding=tried.finding,
        code=tried.code,
        sentence=tried.sentence,
        steps=[dict(step) for step in tried.steps],
        measures=dict(tried.measures),
        views=_views(layout(tried.views), layers) if tried.views else None,
        pictures={name: b64encode(png).decode() for name, png in layers.items()},
    )


@router.get("/histograms", dependencies=VIEW)
async def get_histograms(
    session: Db, plan: Annotated[UUID, Query(description="The plan.")]
) -> HistogramsOut:
    """Return how the images of a plan's runs are spread before and after it."""
    return HistogramsOut.model_validate(await cohort_histograms(session, plan=plan))


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
                more=body.times.get(series_id, ()),
                with_labels=body.with_labels,
            )
        except (ConflictError, DataRefusedError, NotFoundError) as refusal:
            refused[refusal.code] += 1
        else:
            runs.append(run.id)
    return StartOut(runs=runs, refused=dict(refused))


def _views(laid_out: Mapping[str, Any], layers: Iterable[str]) -> ViewsOut:
    return ViewsOut.model_validate({**laid_out, "layers": list(layers)})


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
