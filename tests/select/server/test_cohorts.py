"""A cohort is frozen: what is decided later does not change it."""

import pytest

from renkei.select.server.cohorts import CohortExistsError, EmptyCohortError, keep_cohort
from renkei.select.server.judge import judge_case
from renkei.select.server.override import override_case
from renkei.select.verdict import Outcome
from renkei.server.actor import Role


async def test_a_cohort_keeps_its_cases_and_says_who_is_in_it(
    session, site_a, add_series, client_for
) -> None:
    first, second = await add_series(site_a), await add_series(site_a, seed=4)
    for series in (first, second):
        await judge_case(series.id)
        await override_case(session, case_id=series.id, outcome=Outcome.REVIEW, reason="unsure")
    await session.commit()
    curator = await client_for(Role.CURATOR)
    body = {"name": "to look at", "standing": "review", "modality": "CT"}
    made = await curator.post("/api/v1/select/cohorts", json=body)
    assert made.status_code == 201, made.text
    assert set(made.json()["case_ids"]) == {str(first.id), str(second.id)}
    assert sum(made.json()["counts"]["site"].values()) == 2
    await override_case(session, case_id=first.id, outcome=Outcome.ACCEPT, reason="all is well")
    await session.commit()
    (row,) = (await curator.get("/api/v1/select/cohorts")).json()["items"]
    assert (row["cases"], row["patients"]) == (2, 2)
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    assert (await hospital.get("/api/v1/select/cohorts")).status_code == 403


async def test_a_name_is_used_once_and_an_empty_filter_is_refused(
    session, site_a, add_series
) -> None:
    with pytest.raises(EmptyCohortError):
        await keep_cohort(session, name="none", standing=Outcome.ACCEPT)
    series = await add_series(site_a)
    await judge_case(series.id)
    await override_case(session, case_id=series.id, outcome=Outcome.REVIEW, reason="unsure")
    await keep_cohort(session, name="one", standing=Outcome.REVIEW)
    with pytest.raises(CohortExistsError):
        await keep_cohort(session, name="one", standing=Outcome.REVIEW)
