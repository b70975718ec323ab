"""Each person's first answer is kept, the second person is blind, agreement is counted."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from renkei.select.server.judge import judge_case
from renkei.select.server.override import NotJudgedError
from renkei.select.server.reviews import agreement, keep_review, second_looks
from renkei.select.server.tables import Review, Verdict
from renkei.select.verdict import Outcome
from renkei.server.actor import Actor, Role

ONE = Actor(str(uuid4()), Role.CURATOR)
TWO = Actor(str(uuid4()), Role.CURATOR)


async def answer(session, case_id, outcome: Outcome, reason: str = "too_noisy") -> Review:
    return await keep_review(session, case_id=case_id, outcome=outcome, reason=reason, seconds=4)


async def test_only_the_first_answer_of_a_person_counts(
    session, site_a, add_series, as_actor
) -> None:
    series = await add_series(site_a)
    await judge_case(series.id)
    with as_actor(session, ONE):
        await answer(session, series.id, Outcome.EXCLUDE)
        again = await answer(session, series.id, Outcome.ACCEPT, "looked_fine")
        assert (again.outcome, again.reason) == (Outcome.EXCLUDE, "too_noisy")
        with pytest.raises(NotJudgedError):
            await answer(session, uuid4(), Outcome.ACCEPT)
    assert await session.scalar(select(func.count()).select_from(Review)) == 1


async def test_what_one_person_left_out_waits_for_another_who_is_told_nothing(
    session, site_a, add_series, client_for, as_actor
) -> None:
    series = await add_series(site_a)
    await judge_case(series.id)
    first, second = await client_for(Role.CURATOR), await client_for(Role.CURATOR)
    path = f"/api/v1/select/cases/{series.id}/reviews"
    body = {"outcome": "exclude", "reason": "too_noisy", "seconds": 3.5}
    assert (await first.post(path, json=body)).status_code == 201
    waits = "/api/v1/select/second-looks"
    assert (await first.get(waits)).json()["total"] == 0
    (row,) = (await second.get(waits)).json()["items"]
    assert (row["id"], row["standing"]) == (str(series.id), "review")
    await second.post(path, json={**body, "outcome": "accept", "reason": "looked_fine"})
    assert (await second.get(waits)).json()["total"] == 0
    found = (await second.get("/api/v1/select/agreement")).json()
    assert (found["all"]["n"], found["all"]["kappa"]) == (1, None)
    assert found["disagreed"] == [str(series.id)]
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    assert (await hospital.get("/api/v1/select/agreement")).status_code == 403


async def test_an_accepted_case_waits_only_when_it_was_drawn(
    session, site_a, add_series, as_actor
) -> None:
    series = await add_series(site_a)
    await judge_case(series.id)
    with as_actor(session, ONE):
        await answer(session, series.id, Outcome.ACCEPT, "looked_fine")
    with as_actor(session, TWO):
        assert (await session.execute(second_looks(TWO.id, 9))).all() == []
        verdict = (await session.scalars(select(Verdict))).one()
        verdict.reasons = [{"code": "second_look", "key": "second_look"}]
        await session.flush()
        assert len((await session.execute(second_looks(TWO.id, 9))).all()) == 1


async def test_two_people_who_answer_twenty_cases_alike_have_a_kappa_of_one(
    session, site_a, add_series
) -> None:
    series = await add_series(site_a)
    for n in range(20):
        case_id = uuid4()
        for by in (ONE.id, TWO.id):
            session.add(
                Review(
                    case_id=case_id,
                    subject_id=series.subject_id,
                    site_id=series.site_id,
                    outcome=Outcome.EXCLUDE if n % 2 else Outcome.ACCEPT,
                    reason="moved",
                    seconds=1,
                    by=by,
                )
            )
    await session.flush()
    found = await agreement(session)
    assert found["all"]["kappa"] == pytest.approx(1)
    assert [pair["n"] for pair in found["pairs"]] == [20]
