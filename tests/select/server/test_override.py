"""A person decides with a reason; taking in what was excluded needs two people."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from renkei.select.server.judge import judge_case
from renkei.select.server.override import (
    NothingToOverrideError,
    NotJudgedError,
    SamePersonError,
    confirm_override,
    override_case,
)
from renkei.select.server.standing import standing
from renkei.select.server.tables import Verdict
from renkei.select.verdict import Outcome
from renkei.server.actor import Actor, Role
from renkei.server.audit import AuditRow

ONE = Actor(str(uuid4()), Role.CURATOR)
TWO = Actor(str(uuid4()), Role.CURATOR)


async def test_a_case_under_review_is_accepted_by_one_person(
    session, site_a, add_series, as_actor
) -> None:
    series = await add_series(site_a, noise=5.0)
    await judge_case(series.id)
    with as_actor(session, ONE):
        await override_case(
            session, case_id=series.id, outcome=Outcome.ACCEPT, reason="noise is evenly spread"
        )
    assert await standing(session, series.id) == "accept"
    verdict = (await session.scalars(select(Verdict))).one()
    assert verdict.outcome == "review"
    why = await session.scalar(select(AuditRow.why).where(AuditRow.action == "select.override"))
    assert why == "noise is evenly spread"


async def test_an_excluded_case_waits_for_another_person(
    session, site_a, add_series, as_actor
) -> None:
    series = await add_series(site_a, age=12)
    await judge_case(series.id)
    with as_actor(session, ONE):
        decision = await override_case(
            session, case_id=series.id, outcome=Outcome.ACCEPT, reason="age was mistyped"
        )
        assert await standing(session, series.id) == "exclude"
        with pytest.raises(SamePersonError):
            await confirm_override(session, override_id=decision.id)
    with as_actor(session, TWO):
        await confirm_override(session, override_id=decision.id)
    assert await standing(session, series.id) == "accept"


async def test_nothing_to_change_and_nothing_to_see_are_refused(
    session, site_a, site_b, add_series, as_actor
) -> None:
    series = await add_series(site_a)
    await judge_case(series.id)
    with pytest.raises(NothingToOverrideError):
        await override_case(session, case_id=series.id, outcome=Outcome.ACCEPT, reason="same")
    stranger = Actor("b", Role.HOSPITAL, site_b.id, site_b.id)
    with as_actor(session, stranger), pytest.raises(NotJudgedError):
        await override_case(session, case_id=series.id, outcome=Outcome.EXCLUDE, reason="why")
