"""What arrives is judged once, announced once, and seen by its own hospital only."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.server.received import SeriesReceived, SlideReceived
from renkei.select.server.judge import judge_case
from renkei.select.server.standing import standing
from renkei.select.server.tables import KeptRecipe, Verdict
from renkei.server.actor import Actor, Role
from renkei.server.audit import AuditRow
from renkei.server.events import EventRow, emit
from renkei.server.storage import store
from renkei.subjects.server.tables import Record, RecordKind


async def count(session: AsyncSession, what: type, *where: object) -> int:
    return await session.scalar(select(func.count()).select_from(what).where(*where)) or 0


async def test_a_series_that_arrives_is_judged_once_however_often_it_is_announced(
    session, site_a, add_series, run_jobs
) -> None:
    series = await add_series(site_a)
    await emit(session, SeriesReceived(series.id))
    await emit(session, SeriesReceived(series.id))
    await session.commit()
    await run_jobs()
    verdict = (await session.scalars(select(Verdict))).one()
    assert (verdict.outcome, verdict.standing, verdict.by) == ("accept", "accept", "machine")
    assert {m["metric"] for m in verdict.metrics} >= {"geometry", "ct_noise"}
    assert verdict.site_id == site_a.id
    assert await standing(session, series.id) == "accept"
    assert await count(session, EventRow, EventRow.name.endswith("CaseJudged")) == 1
    assert await count(session, AuditRow, AuditRow.action == "select.judge") == 1
    assert (await session.scalars(select(KeptRecipe))).one().sha256 == verdict.recipe_sha256


async def test_a_slide_is_judged_too(session, slide, run_jobs) -> None:
    await emit(session, SlideReceived(slide.id))
    await session.commit()
    await run_jobs()
    assert await standing(session, slide.id) == "accept"


async def test_a_noisy_case_goes_to_a_person(session, site_a, add_series) -> None:
    series = await add_series(site_a, noise=5.0)
    await judge_case(series.id)
    assert await standing(session, series.id) == "review"


async def test_the_same_images_under_another_name_go_to_a_person(
    session, site_a, site_b, add_series
) -> None:
    first = await add_series(site_a)
    copy = await add_series(site_b)
    for series in (first, copy):
        await judge_case(series.id)
    assert await standing(session, first.id) == "accept"
    verdict = (await session.scalars(select(Verdict).where(Verdict.series_id == copy.id))).one()
    assert [reason["key"] for reason in verdict.reasons] == ["duplicate_pixels"]


@pytest.mark.parametrize(("status", "answer"), [("confirmed", "exclude"), ("refuted", "accept")])
async def test_an_unwanted_finding_in_the_records_counts_by_its_polarity(
    session, site_a, add_series, status: str, answer: str
) -> None:
    series = await add_series(site_a)
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {
                "resource": {
                    "resourceType": "Condition",
                    "verificationStatus": {"coding": [{"code": status}]},
                    "code": {
                        "coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "S27.0"}]
                    },
                }
            }
        ],
    }
    kept = await store(
        session,
        json.dumps(bundle).encode(),
        site_id=site_a.id,
        subject_id=series.subject_id,
    )
    session.add(
        Record(
            subject_id=series.subject_id,
            site_id=site_a.id,
            kind=RecordKind.FHIR,
            format="fhir+json",
            sha256=kept.plain_sha256,
            object_id=kept.id,
        )
    )
    await session.commit()
    await judge_case(series.id)
    assert await standing(session, series.id) == answer


async def test_another_hospital_sees_no_verdict(
    session, site_a, site_b, add_series, as_actor: Callable
) -> None:
    series = await add_series(site_a)
    await judge_case(series.id)
    with as_actor(session, Actor("b", Role.HOSPITAL, site_b.id, site_b.id)):
        assert await standing(session, series.id) is None
        assert await count(session, Verdict) == 0
    with as_actor(session, Actor("a", Role.HOSPITAL, site_a.id, site_a.id)):
        assert await count(session, Verdict) == 1
