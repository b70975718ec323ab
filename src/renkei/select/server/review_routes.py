"""Routes of review: a person's own answer, what waits for a second person, agreement."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from renkei.select.server.reviews import agreement, keep_review, second_looks
from renkei.select.server.schemas import CaseOut
from renkei.select.verdict import Outcome
from renkei.server.actor import Permission
from renkei.server.db import actor_of
from renkei.server.web import Db, In, Out, Page, needs

router = APIRouter()
REVIEW = needs(Permission.SELECT_OVERRIDE)
DAY = 86_400


class ReviewIn(In):
    """A person's own answer; `reason` is a code, `seconds` how long the case was looked at."""

    outcome: Outcome
    reason: Annotated[str, StringConstraints(pattern="^[a-z_]{3,40}$")]
    seconds: Annotated[float, Field(ge=0, le=DAY)]


class ReviewOut(Out):
    """The answer that is kept: the person's first one."""

    case_id: UUID
    outcome: Outcome
    reason: str
    seconds: float


class KappaOut(Out):
    """Cohen's kappa of n cases with its interval of 95 %; null where n is below 20."""

    n: int
    agreed: int
    kappa: float | None
    low: float | None
    high: float | None


class PairOut(KappaOut):
    """Two people over the cases that both answered."""

    first: str
    second: str


class ReasonKappaOut(KappaOut):
    """Whether both gave this reason, over all pairs of answers."""

    reason: str


class ReviewerAgreementOut(Out):
    """How far people agree; `disagreed` are up to 100 cases that two answered otherwise."""

    pairs: list[PairOut]
    all: KappaOut
    reasons: list[ReasonKappaOut]
    disagreed: list[UUID]


@router.post("/cases/{case_id}/reviews", status_code=201, dependencies=REVIEW)
async def post_review(case_id: UUID, body: ReviewIn, session: Db) -> ReviewOut:
    """Keep your first answer on a case, whatever stands."""
    kept = await keep_review(
        session, case_id=case_id, outcome=body.outcome, reason=body.reason, seconds=body.seconds
    )
    return ReviewOut.model_validate(kept)


@router.get("/second-looks", dependencies=REVIEW)
async def get_second_looks(
    session: Db, limit: Annotated[int, Query(ge=1, le=500, description="At most so many.")] = 50
) -> Page[CaseOut]:
    """Return what waits for you as the second person; what stands is not said."""
    rows = (await session.execute(second_looks(actor_of(session).id, limit))).all()
    found = [CaseOut.model_validate(row) for row in rows]
    blind = [one.model_copy(update={"standing": Outcome.REVIEW}) for one in found]
    return Page[CaseOut](items=blind, total=len(blind), next=None)


@router.get("/agreement", dependencies=REVIEW)
async def get_agreement(session: Db) -> ReviewerAgreementOut:
    """Return how far reviewers agree."""
    return ReviewerAgreementOut.model_validate(await agreement(session))
