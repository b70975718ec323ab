"""Look at a sealed test part: counted and committed first, scored and shown afterwards."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.errors import NotFoundError
from renkei.publish.server.product import offer_product
from renkei.publish.server.tables import ProductKind, Version
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import actor_of, transaction
from renkei.server.events import Event, emit
from renkei.server.storage import load
from renkei.train.looks import MOST_LOOKS, NoLooksLeftError
from renkei.train.material import TEST, score_material
from renkei.train.run import Model as Trained
from renkei.train.server.material import load_material
from renkei.train.server.tables import Evaluation, Look, Model
from renkei.train.server.train import SECONDS, keep_evaluation


@dataclass(frozen=True)
class SealedLookTaken(Event):
    """Somebody has used a look at a sealed test part."""

    look_id: UUID
    version_id: UUID


async def take_look(session: AsyncSession, *, model_id: UUID) -> Look:
    """Count one look of a model's family at its version; the same model counts once.

    Raises:
        NotFoundError: There is no such model that the actor may see.
        NoLooksLeftError: The family has used its looks.
    """
    model = await session.scalar(select(Model).where(Model.id == model_id))
    if model is None:
        raise NotFoundError("There is no such model; choose one from the list.")
    # The version is the lock: two looks at once may not both be the last.
    await session.execute(
        select(Version.id).where(Version.id == model.version_id).with_for_update()
    )
    known: Look | None = await session.scalar(select(Look).where(Look.model_id == model_id))
    if known is not None:
        return known
    used = await session.scalar(
        select(func.count(Look.id)).where(
            Look.version_id == model.version_id, Look.family == model.recipe
        )
    )
    if (used or 0) >= MOST_LOOKS:
        raise NoLooksLeftError(
            "This model family has no look at the sealed test part left; wait for the next version."
        )
    look = Look(
        version_id=model.version_id,
        model_id=model_id,
        family=model.recipe,
        number=(used or 0) + 1,
        by=actor_of(session).id,
    )
    session.add(look)
    await session.flush()
    await record(session, "train.look", look)
    await emit(session, SealedLookTaken(look.id, look.version_id))
    return look


async def score_sealed(model_id: UUID) -> None:
    """Count the look in a transaction of its own, then score and keep the report."""
    async with transaction(system("look at a sealed part")) as session:
        look = await take_look(session, model_id=model_id)
        left = MOST_LOOKS - look.number
    async with transaction(system("look at a sealed part")) as session:
        if await _known(session, model_id):
            return
        model = await session.get_one(Model, model_id)
        weights = await load(session, model.weights_object_id)
        trained = Trained(weights, model.facts)
        material, _ = await load_material(session, version_id=model.version_id, sides=(TEST,))
    report = await compute.run(score_material, material, trained, left, seconds=SECONDS)
    async with transaction(system("look at a sealed part")) as session:
        if await _known(session, model_id):
            return
        model = await session.get_one(Model, model_id)
        evaluation = await keep_evaluation(session, model, TEST, report, left)
        await offer_product(
            session,
            kind=ProductKind.EVALUATION,
            name=f"{model.recipe} {model.sha256[:12]} on {TEST}",
            hash=evaluation.sha256,
            version_id=model.version_id,
        )


async def _known(session: AsyncSession, model_id: UUID) -> bool:
    found = await session.scalar(
        select(Evaluation.id).where(Evaluation.model_id == model_id, Evaluation.side == TEST)
    )
    return found is not None
