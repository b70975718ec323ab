"""What training does when a subject is recalled: every model of its versions is marked."""

from datetime import UTC, datetime

from sqlalchemy import select

from renkei.consent.server.recall import SubjectRecalled, report_effect
from renkei.publish.server.product import withdraw_products
from renkei.publish.server.tables import VersionCase
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import transaction
from renkei.server.events import on
from renkei.train.server.tables import Evaluation, Model

FOLDER = "train"


@on(SubjectRecalled)
async def mark_models(event: SubjectRecalled) -> None:
    """Mark the models of versions that hold the subject, take them off the market, and report."""
    async with transaction(system("recall of a subject")) as session:
        versions = select(VersionCase.version_id).where(VersionCase.subject_id == event.subject_id)
        models = list(await session.scalars(select(Model).where(Model.version_id.in_(versions))))
        for model in models:
            if model.recalled_at is None:
                model.recalled_at = datetime.now(UTC)
                await record(session, "train.recall", model)
        reports = await session.scalars(
            select(Evaluation.sha256).where(Evaluation.model_id.in_([m.id for m in models]))
        )
        withdrawn = await withdraw_products(
            session, hashes=[*(m.sha256 for m in models), *reports], why="subject_recalled"
        )
        for what, count in (("models", len(models)), ("products", withdrawn)):
            await report_effect(
                session, recall_id=event.recall_id, folder=FOLDER, what=what, count=count
            )
