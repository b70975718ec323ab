"""Train in the platform: open a run, compute, keep the model with its report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.errors import NotFoundError
from renkei.proof import canonical, digest
from renkei.publish.server.files import frozen_version
from renkei.publish.server.product import offer_product
from renkei.publish.server.tables import ProductKind
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import actor_of, transaction
from renkei.server.events import Event, emit
from renkei.server.lineage import record_run
from renkei.server.storage import store
from renkei.train.material import Material, train_material
from renkei.train.recipes import recipe_of
from renkei.train.run import Model as Trained
from renkei.train.server.material import load_material, owner_of_products
from renkei.train.server.tables import Evaluation, Model, TrainRun, TrainState

SECONDS = 1800.0


@dataclass(frozen=True)
class ModelTrained(Event):
    """A model was trained on a version: a use that is metered."""

    model_id: UUID
    run_id: UUID
    version_id: UUID


async def open_run(
    session: AsyncSession,
    *,
    version_id: UUID,
    recipe: str,
    seed: int = 0,
    structures: Sequence[str] = (),
) -> TrainRun:
    """Open a run on a frozen version; the job `train.run` does the work.

    Raises:
        NotFoundError: There is no such version or recipe.
        NotFrozenError: The version is a draft.
    """
    await frozen_version(session, version_id=version_id)
    run = TrainRun(
        version_id=version_id,
        recipe=recipe,
        recipe_sha256=recipe_of(recipe).sha256,
        seed=seed,
        structures=list(structures),
        by=actor_of(session).id,
        organisation_id=await owner_of_products(session),
    )
    session.add(run)
    await session.flush()
    await record(session, "train.open", run)
    return run


async def do_run(run_id: UUID) -> None:
    """Read, compute, write; a run that is done is left alone."""
    async with transaction(system("training")) as session:
        run = await session.get(TrainRun, run_id)
        if run is None:
            raise NotFoundError("There is no such run; choose one from the list.")
        if run.state is TrainState.DONE:
            return
        sides = ("train", "validation")
        material, _ = await load_material(session, version_id=run.version_id, sides=sides)
        work = (run.recipe, run.seed, tuple(run.structures))
    trained, report = await compute.run(train_material, material, *work, seconds=SECONDS)
    async with transaction(system("training")) as session:
        await _keep(session, run_id, trained, report, material)


async def _keep(
    session: AsyncSession,
    run_id: UUID,
    trained: Trained,
    report: dict[str, Any] | None,
    material: Material,
) -> None:
    run = (
        await session.scalars(select(TrainRun).where(TrainRun.id == run_id).with_for_update())
    ).one()
    if run.state is TrainState.DONE:
        return
    stored = await store(session, trained.weights, site_id=run.organisation_id)
    model = Model(
        run_id=run.id,
        version_id=run.version_id,
        recipe=run.recipe,
        sha256=trained.sha256,
        facts=dict(trained.facts),
        weights_object_id=stored.id,
    )
    session.add(model)
    run.state = TrainState.DONE
    await session.flush()
    await record_run(
        session,
        kind="train.model",
        code=f"renkei.train {run.recipe}",
        parameters={"seed": run.seed, "recipe_sha256": run.recipe_sha256},
        inputs=[line.sha256 for line in material.lines if line.split == "train"],
        outputs=[trained.sha256, stored.plain_sha256],
        subjects=[],
    )
    if report is not None:
        await keep_evaluation(session, model, "validation", report, None)
    await offer_product(
        session,
        kind=ProductKind.MODEL,
        name=f"{run.recipe} {trained.sha256[:12]}",
        hash=trained.sha256,
        version_id=run.version_id,
    )
    await record(session, "train.keep", model)
    await emit(session, ModelTrained(model.id, run.id, run.version_id))


async def keep_evaluation(
    session: AsyncSession,
    model: Model,
    side: str,
    report: dict[str, Any],
    looks_left: int | None,
) -> Evaluation:
    """Keep a report under its hash."""
    evaluation = Evaluation(
        model_id=model.id,
        version_id=model.version_id,
        side=side,
        sha256=digest(canonical(report)),
        report=report,
        looks_left=looks_left,
    )
    session.add(evaluation)
    await session.flush()
    await record(session, "train.evaluate", evaluation)
    return evaluation
