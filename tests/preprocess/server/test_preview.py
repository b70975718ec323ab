"""A plan is checked and tried before it is kept; a preview leaves nothing behind."""

import base64
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from tests.preprocess.server.test_run import PAIR, QUICK

from renkei.preprocess.server import preview
from renkei.preprocess.server.tables import PlanRun
from renkei.select.verdict import Outcome
from renkei.server.actor import Role
from renkei.server.storage import StoredObject

PREVIEWS = "/api/v1/preprocess/previews"


async def test_a_preview_shows_what_a_run_would_make_and_keeps_nothing(
    session, ready, client_for
) -> None:
    series_id = str(ready.id)
    await session.commit()
    stored = select(func.count()).select_from(StoredObject)
    before = await session.scalar(stored)
    curator = await client_for(Role.CURATOR)
    answer = await curator.post(PREVIEWS, json={"toml": QUICK, "series_ids": [series_id]})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["finding"] == "accept"
    assert [step["step"] for step in said["steps"]] == ["orient", "window"]
    assert said["views"]["layers"] == ["before", "after", "labels"]
    for picture in said["pictures"].values():
        assert base64.b64decode(picture).startswith(b"\x89PNG")
    assert await session.scalar(stored) == before
    assert await session.scalar(select(func.count()).select_from(PlanRun)) == 0


async def test_a_refused_preview_says_why_and_shows_what_went_in(
    session, ready, client_for
) -> None:
    series_id = str(ready.id)
    await session.commit()
    curator = await client_for(Role.CURATOR)
    toml = QUICK + "params = { low = 10.0, high = 10.0 }\n"
    answer = await curator.post(PREVIEWS, json={"toml": toml, "series_ids": [series_id]})
    said = answer.json()
    assert (said["finding"], said["code"]) == ("refuse", "empty_window")
    assert said["views"]["layers"] == ["before", "labels"]


async def test_what_a_run_refuses_a_preview_refuses(
    session, site_a, ready, add_subject, add_series, made_case, client_for, monkeypatch
) -> None:
    held = await add_series(await add_subject(site_a), made_case[0], Outcome.REVIEW)
    ids = {"held": str(held.id), "ready": str(ready.id), "none": str(uuid4())}
    await session.commit()
    curator = await client_for(Role.CURATOR)

    async def refused(toml: str, *names: str) -> str:
        body = {"toml": toml, "series_ids": [ids[name] for name in names]}
        return (await curator.post(PREVIEWS, json=body)).json()["title"]

    assert await refused(QUICK, "held") == "not_selected"
    assert await refused(QUICK, "none") == "no_such_series"
    assert await refused(QUICK, "ready", "ready") == "pair_needed"
    assert await refused(PAIR, "ready", "ready") == "wrong_modality"
    assert await refused("[", "ready") == "bad_plan"
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    body = {"toml": QUICK, "series_ids": [ids["ready"]]}
    assert (await hospital.post(PREVIEWS, json=body)).status_code == 403
    monkeypatch.setattr(preview._places, "locked", lambda: True)
    assert await refused(QUICK, "ready") == "previews_busy"


async def test_a_text_is_checked_and_the_steps_are_offered(session, client_for) -> None:
    await session.commit()
    curator = await client_for(Role.CURATOR)
    check = "/api/v1/preprocess/plans/check"
    good = (await curator.post(check, json={"toml": QUICK})).json()
    assert (good["wrong"], good["draft"]["name"]) == (None, "quick")
    bad = (await curator.post(check, json={"toml": QUICK + "params = { low = true }\n"})).json()
    assert bad["wrong"]["line"] == QUICK.count("\n", 0, QUICK.rindex("[[step]]")) + 1
    steps = (await curator.get("/api/v1/preprocess/steps")).json()
    assert {"orient", "resample", "window"} <= {step["name"] for step in steps}


async def test_a_cohort_is_spread_as_its_runs_say(
    session, site_a, site_b, add_subject, add_series, made_case, client_for, run_jobs
) -> None:
    own = await add_series(await add_subject(site_a), made_case[0])
    other = await add_series(await add_subject(site_b), made_case[0])
    ids = [str(own.id), str(other.id)]
    await session.commit()
    curator = await client_for(Role.CURATOR)
    kept = (await curator.post("/api/v1/preprocess/plans", json={"toml": QUICK})).json()
    path = f"/api/v1/preprocess/histograms?plan={kept['id']}"
    assert (await curator.get(path)).json() == {"runs": 0, "pairs": []}
    body = {"plan": kept["id"], "series_ids": ids, "with_labels": False}
    assert (await curator.post("/api/v1/preprocess/runs", json=body)).status_code == 202
    await run_jobs()
    said = (await curator.get(path)).json()
    (pair,) = said["pairs"]
    assert (said["runs"], pair["role"], pair["result"]) == (2, "ct", "ct_clipped")
    for side in ("before", "after"):
        assert sum(pair[side]["shares"]) == pytest.approx(1, abs=1e-3)
        assert len(pair[side]["means"]) == 2
    # The window clips at 1000 HU, so that no voxel is left above it.
    assert sum(pair["after"]["shares"][52:]) == 0
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    assert (await hospital.get(path)).json()["runs"] == 1
