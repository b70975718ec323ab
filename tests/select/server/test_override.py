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
from renkei.select.server.tables import Override, OverrideState, Verdict
from renkei.select.server.undo import (
    WITHIN,
    NotOwnDecisionError,
    TooLateToUndoError,
    undo_override,
)
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


async def test_undoing_brings_back_what_stood_and_stays_in_the_history(
    session, site_a, add_series, as_actor
) -> None:
    series = await add_series(site_a, noise=5.0)
    await judge_case(series.id)
    with as_actor(session, ONE):
        first = await override_case(
            session, case_id=series.id, outcome=Outcome.ACCEPT, reason="noise is even"
        )
        second = await override_case(
            session, case_id=series.id, outcome=Outcome.EXCLUDE, reason="wrong button"
        )
        await undo_override(session, override_id=second.id)
        assert await standing(session, series.id) == "accept"
        assert (first.state, second.state) == (OverrideState.STANDING, OverrideState.UNDONE)
        with pytest.raises(TooLateToUndoError):
            await undo_override(session, override_id=second.id)
        await undo_override(session, override_id=first.id)
    assert await standing(session, series.id) == "review"
    undone = await session.scalars(select(AuditRow.action).where(AuditRow.action == "select.undo"))
    assert len(undone.all()) == 2


async def test_a_waiting_decision_is_undone_and_a_confirmed_or_old_one_is_not(
    session, site_a, add_series, as_actor
) -> None:
    series = await add_series(site_a, age=12)
    await judge_case(series.id)
    with as_actor(session, ONE):
        waiting = await override_case(
            session, case_id=series.id, outcome=Outcome.ACCEPT, reason="age was mistyped"
        )
        await undo_override(session, override_id=waiting.id)
        assert await standing(session, series.id) == "exclude"
        again = await override_case(
            session, case_id=series.id, outcome=Outcome.ACCEPT, reason="age was mistyped"
        )
    with as_actor(session, TWO):
        with pytest.raises(NotOwnDecisionError):
            await undo_override(session, override_id=again.id)
        await confirm_override(session, override_id=again.id)
        late = await override_case(
            session, case_id=series.id, outcome=Outcome.REVIEW, reason="let me look again"
        )
        late.created_at -= 2 * WITHIN
        await session.flush()
        with pytest.raises(TooLateToUndoError):
            await undo_override(session, override_id=late.id)
    with as_actor(session, ONE), pytest.raises(TooLateToUndoError):
        await undo_override(session, override_id=again.id)
    states = await session.scalars(select(Override.state).order_by(Override.id))
    assert states.all() == ["undone", "replaced", "standing"]
