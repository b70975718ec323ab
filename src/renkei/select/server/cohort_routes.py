"""Routes of cohorts."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import StringConstraints
from sqlalchemy import func, select

from renkei.select.server.cohorts import keep_cohort
from renkei.select.server.tables import Cohort
from renkei.select.verdict import Outcome
from renkei.server.actor import Permission
from renkei.server.web import Db, In, Out, Page, Params, list_page, needs

router = APIRouter(prefix="/cohorts")
DECIDE = needs(Permission.SELECT_OVERRIDE)
SIZE = func.jsonb_array_length(Cohort.case_ids)
LIST: dict[str, Any] = {
    **{
        name: getattr(Cohort, name)
        for name in ("id", "created_at", "name", "standing", "modality", "recipe_sha256")
    },
    "cases": SIZE.label("cases"),
    "patients": Cohort.patients,
}


class CohortIn(In):
    """A name, and which cases."""

    name: Annotated[str, StringConstraints(min_length=3, max_length=100)]
    standing: Outcome = Outcome.ACCEPT
    modality: Annotated[str, StringConstraints(max_length=16)] | None = None


class CohortOut(Out):
    """A frozen cohort as lists show it; `counts` are patients by axis and group."""

    id: UUID
    created_at: datetime
    name: str
    standing: Outcome
    modality: str | None
    recipe_sha256: str
    cases: int
    patients: int
    counts: dict[str, dict[str, int]]


class CohortDetailOut(CohortOut):
    """A cohort with its cases."""

    case_ids: list[UUID]


@router.get("", dependencies=DECIDE)
async def list_cohorts(session: Db, params: Params) -> Page[CohortOut]:
    """List cohorts."""
    query = select(*LIST.values(), Cohort.counts)
    return await list_page(session, query, columns=LIST, params=params, search=["name"])


@router.post("", status_code=201, dependencies=DECIDE)
async def post_cohort(body: CohortIn, session: Db) -> CohortDetailOut:
    """Freeze the cases that stand so now under a name."""
    made = await keep_cohort(
        session, name=body.name, standing=body.standing, modality=body.modality
    )
    said = {name: getattr(made, name) for name in LIST if name != "cases"}
    return CohortDetailOut(
        **said,
        cases=len(made.case_ids),
        counts=made.counts,
        case_ids=[UUID(case_id) for case_id in made.case_ids],
    )
