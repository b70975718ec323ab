"""Whether a subject's file may be taken into a batch today."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.server.batch import BatchClosedError, NoSuchBatchError
from renkei.collect.server.tables import Batch, BatchState
from renkei.consent.allow import Question, Use, decide
from renkei.consent.server.allow import agreement_fact, approval_fact, facts_of
from renkei.consent.server.tables import Agreement, Approval
from renkei.subjects.server.tables import Subject


class Gate:
    """The answers of one batch, each asked once."""

    def __init__(self, session: AsyncSession, batch: Batch) -> None:
        self.session = session
        self.batch = batch
        self._answers: dict[tuple[str, Question], Subject | str] = {}

    async def admit(
        self,
        pseudonym: str,
        *,
        data_type: str,
        modality: str | None = None,
        body_part: str | None = None,
        gene_codes: bool = False,
    ) -> Subject | str:
        """Return the subject, locked against a recall, or the reason why not."""
        question = Question(
            Use.INTAKE,
            datetime.now(UTC).date(),
            data_type=data_type,
            modality=modality,
            body_part=body_part,
            gene_codes=gene_codes,
        )
        key = (pseudonym, question)
        if key not in self._answers:
            self._answers[key] = await self._ask(pseudonym, question)
        return self._answers[key]

    async def _ask(self, pseudonym: str, question: Question) -> Subject | str:
        # A recall waits for this transaction, or this one sees it: never bytes after the key.
        subject = await self.session.scalar(
            select(Subject)
            .where(Subject.site_id == self.batch.site_id, Subject.pseudonym == pseudonym)
            .with_for_update(read=True)
            .execution_options(populate_existing=True)
        )
        if subject is None:
            return "unknown_subject"
        known = (await facts_of(self.session, [subject.id], at=question.at))[subject.id]
        approval = await self.session.scalar(
            select(Approval).where(Approval.id == self.batch.approval_id)
        )
        agreement = await self.session.scalar(
            select(Agreement).where(Agreement.id == self.batch.agreement_id)
        )
        facts = replace(
            known,
            approval=None if approval is None else approval_fact(approval),
            agreement=None if agreement is None else agreement_fact(agreement),
        )
        decision = decide(facts, question)
        return subject if decision.allowed else decision.reasons[0].value


async def lock_batch(session: AsyncSession, *, batch_id: UUID) -> Batch:
    """Return an open batch, so that it cannot be closed while files are taken.

    Raises:
        NoSuchBatchError: There is none, or none that the actor may see.
        BatchClosedError: It is closed.
    """
    batch = await session.scalar(
        select(Batch)
        .where(Batch.id == batch_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if batch is None:
        raise NoSuchBatchError("There is no such batch.")
    if batch.state is BatchState.CLOSED:
        raise BatchClosedError("The batch is closed; open another one.")
    return batch
