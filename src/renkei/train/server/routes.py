"""Routes of training: runs, models, reports, looks at sealed parts."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse

from renkei.errors import NotFoundError
from renkei.plugins import collect
from renkei.server.actor import Permission
from renkei.server.jobs import defer
from renkei.server.web import Db, Page, Params, list_page, needs
from renkei.train.recipes import RECIPES
from renkei.train.report import report_page
from renkei.train.server.look import take_look
from renkei.train.server.schemas import (
    EvaluationDetailOut,
    EvaluationOut,
    JobOut,
    ModelDetailOut,
    ModelOut,
    RecipeOut,
    RunIn,
    RunOut,
    StartedOut,
)
from renkei.train.server.tables import Evaluation, Look, Model, TrainRun
from renkei.train.server.train import open_run

router = APIRouter(prefix="/train", tags=["train"])
VIEW = needs(Permission.TRAIN_VIEW)
Language = Annotated[Literal["ja", "en"], Query(description="The language of the page.")]


@router.get("/recipes", dependencies=VIEW)
async def list_recipes() -> list[RecipeOut]:
    """List the ways to train that are installed."""
    return [RecipeOut(name=r.name, version=r.version) for r in collect(RECIPES, "recipes")]


@router.get("/runs", dependencies=VIEW)
async def list_runs(session: Db, params: Params) -> Page[RunOut]:
    """List training runs."""
    columns = {
        "version_id": TrainRun.version_id,
        "recipe": TrainRun.recipe,
        "seed": TrainRun.seed,
        "state": TrainRun.state,
        "created_at": TrainRun.created_at,
    }
    return await list_page(session, select(TrainRun), columns=columns, params=params)


@router.post("/runs", status_code=202, dependencies=needs(Permission.TRAIN_RUN))
async def start_run(body: RunIn, session: Db) -> StartedOut:
    """Begin to train a model on a frozen version."""
    run = await open_run(session, **body.model_dump())
    job = await defer(session, "train.run", run_id=run.id)
    return StartedOut(run_id=run.id, job_id=job.id)


@router.get("/runs/{run_id}", dependencies=VIEW)
async def get_run(run_id: UUID, session: Db) -> RunOut:
    """Return a training run."""
    found = await session.scalar(select(TrainRun).where(TrainRun.id == run_id))
    if found is None:
        raise NotFoundError("There is no such run; choose one from the list.")
    return RunOut.model_validate(found)


@router.get("/models", dependencies=VIEW)
async def list_models(session: Db, params: Params) -> Page[ModelOut]:
    """List models."""
    columns = {
        "version_id": Model.version_id,
        "recipe": Model.recipe,
        "sha256": Model.sha256,
        "recalled_at": Model.recalled_at,
        "created_at": Model.created_at,
    }
    return await list_page(session, select(Model), columns=columns, params=params)


@router.get("/models/{model_id}", dependencies=VIEW)
async def get_model(model_id: UUID, session: Db) -> ModelDetailOut:
    """Return a model with its facts and reports."""
    model = await _model(session, model_id)
    used = await session.scalar(
        select(func.count(Look.id)).where(
            Look.version_id == model.version_id, Look.family == model.recipe
        )
    )
    reports = await session.scalars(
        select(Evaluation).where(Evaluation.model_id == model_id).order_by(Evaluation.id)
    )
    return ModelDetailOut(
        **ModelOut.model_validate(model).model_dump(),
        facts=model.facts,
        looks_used=used or 0,
        evaluations=[EvaluationDetailOut.model_validate(row) for row in reports],
    )


@router.post("/models/{model_id}/looks", status_code=202, dependencies=needs(Permission.TRAIN_LOOK))
async def look(model_id: UUID, session: Db) -> JobOut:
    """Use one look at the sealed test part; it is counted now and scored by the job."""
    await take_look(session, model_id=model_id)
    job = await defer(session, "train.look", model_id=model_id)
    return JobOut(job_id=job.id)


@router.get("/evaluations", dependencies=VIEW)
async def list_evaluations(session: Db, params: Params) -> Page[EvaluationOut]:
    """List reports."""
    columns = {
        "model_id": Evaluation.model_id,
        "version_id": Evaluation.version_id,
        "side": Evaluation.side,
        "sha256": Evaluation.sha256,
        "created_at": Evaluation.created_at,
    }
    return await list_page(session, select(Evaluation), columns=columns, params=params)


@router.get("/evaluations/{evaluation_id}", dependencies=VIEW)
async def get_evaluation(evaluation_id: UUID, session: Db) -> EvaluationDetailOut:
    """Return a report."""
    return EvaluationDetailOut.model_validate(await _evaluation(session, evaluation_id))


@router.get("/evaluations/{evaluation_id}/page", dependencies=VIEW, response_class=HTMLResponse)
async def get_report(evaluation_id: UUID, session: Db, lang: Language = "ja") -> HTMLResponse:
    """Return a report as a page."""
    return HTMLResponse(report_page((await _evaluation(session, evaluation_id)).report, lang))


async def _model(session: AsyncSession, model_id: UUID) -> Model:
    found: Model | None = await session.scalar(select(Model).where(Model.id == model_id))
    if found is None:
        raise NotFoundError("There is no such model; choose one from the list.")
    return found


async def _evaluation(session: AsyncSession, evaluation_id: UUID) -> Evaluation:
    found: Evaluation | None = await session.scalar(
        select(Evaluation).where(Evaluation.id == evaluation_id)
    )
    if found is None:
        raise NotFoundError("There is no such evaluation; choose one from the list.")
    return found
