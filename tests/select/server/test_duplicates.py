"""Two hospitals that send one person's scan: the later case waits, and neither sees the other's."""

import pytest
from sqlalchemy import func, select

from renkei.consent.server.recall import recall_subject
from renkei.consent.server.tables import RecallKind
from renkei.select.server.duplicates import (
    NoSuchDuplicateError,
    add_reasons,
    decide_duplicate,
    linked_subjects,
)
from renkei.select.server.judge import judge_case
from renkei.select.server.standing import standing
from renkei.select.server.tables import Duplicate, DuplicateState, Fingerprint, Verdict
from renkei.server.actor import Actor, Role
from renkei.subjects.server.tables import Site


@pytest.fixture
async def two(session, site_a, site_b, add_series, run_jobs):
    """One person's scan at two hospitals, the second with noise of its own, and another's."""
    series = [
        await add_series(site_a, seed=3),
        await add_series(site_b, seed=3, noise=1.3),
        await add_series(site_b, seed=8),
    ]
    ids = [one.id for one in series]
    for one in ids:
        await judge_case(one)
    await session.commit()
    await run_jobs()
    session.expire_all()
    return ids


async def codes(session, case_id):
    found = await session.scalar(
        select(Verdict.reasons).where(Verdict.series_id == case_id, Verdict.current)
    )
    return [reason["key"] for reason in found]


async def test_the_later_case_waits_and_a_person_lets_it_go(session, two) -> None:
    first, second, other = two
    pair = (await session.scalars(select(Duplicate))).one()
    assert (pair.first_id, pair.second_id) == (first, second)
    assert (pair.kind, pair.across_sites, pair.state) == ("near", True, "open")
    assert pair.share > 0.9
    assert await codes(session, second) == ["near_duplicate"]
    assert [await standing(session, one) for one in two] == ["accept", "review", "accept"]
    assert await codes(session, other) == []
    assert [confirmed for _, _, confirmed in await linked_subjects(session)] == [False]
    for state, stands in (
        (DuplicateState.CONFIRMED, "review"),
        (DuplicateState.DISMISSED, "accept"),
    ):
        await decide_duplicate(session, duplicate_id=pair.id, state=state, reason="twins, by name")
        assert await standing(session, second) == stands
    assert await linked_subjects(session) == []
    await add_reasons(session, second)
    assert await codes(session, second) == []


async def test_a_curator_sees_and_answers_the_pair_and_neither_hospital_does(
    session, two, as_actor, client_for
) -> None:
    pair = (await session.scalars(select(Duplicate.id))).one()
    sites = (await session.scalars(select(Site.id))).all()
    assert len(sites) == 2
    for site in sites:
        with as_actor(session, Actor("h", Role.HOSPITAL, site, site)):
            for table in (Duplicate, Fingerprint):
                assert await session.scalar(select(func.count()).select_from(table)) == 0
            with pytest.raises(NoSuchDuplicateError):
                await decide_duplicate(
                    session, duplicate_id=pair, state=DuplicateState.DISMISSED, reason="not ours"
                )
    curator = await client_for(Role.CURATOR)
    listed = (await curator.get("/api/v1/select/duplicates?state=open&across_sites=true")).json()
    assert listed["total"] == 1
    [pair] = listed["items"]
    assert pair["second_id"] == str(two[1])
    address = f"/api/v1/select/duplicates/{pair['id']}"
    body = {"state": "dismissed", "reason": "two scans of a phantom"}
    answer = await curator.post(address, json=body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["by"] is None) == ("dismissed", False)
    assert (await curator.get("/api/v1/select/duplicates?state=open")).json()["total"] == 0
    assert (await curator.post(address, json={"state": "open", "reason": "why"})).status_code == 422


async def test_a_recall_erases_the_print_and_the_pair(session, two, run_jobs) -> None:
    subject_id = await session.scalar(
        select(Fingerprint.subject_id).where(Fingerprint.case_id == two[0])
    )
    await recall_subject(session, subject_id=subject_id, kind=RecallKind.WITHDRAWAL, reason="asked")
    await session.commit()
    await run_jobs()
    session.expire_all()
    assert await session.scalar(select(func.count()).select_from(Duplicate)) == 0
    kept = set(await session.scalars(select(Fingerprint.case_id)))
    assert kept == set(two[1:])


async def test_two_series_of_one_subject_are_no_pair(session, site_a, add_series, run_jobs) -> None:
    for noise in (1.0, 1.3):
        await judge_case((await add_series(site_a, seed=3, noise=noise)).id)
    first = (await session.scalars(select(Verdict.subject_id).order_by(Verdict.id))).first()
    for verdict in await session.scalars(select(Verdict)):
        verdict.subject_id = first
    await session.commit()
    await run_jobs()
    assert await session.scalar(select(func.count()).select_from(Fingerprint)) == 2
    assert await session.scalar(select(func.count()).select_from(Duplicate)) == 0
