"""Runs are started, listed, explained and pictured; other hospitals learn nothing."""

from uuid import uuid4

from tests.preprocess.server.test_run import QUICK

from renkei.preprocess.plan import builtin_plans, load_plan
from renkei.server.actor import Role


async def test_a_curator_runs_a_plan_and_reads_what_it_did(
    session, ready, site_a, site_b, client_for, run_jobs
) -> None:
    series_id = str(ready.id)
    await session.commit()
    curator = await client_for(Role.CURATOR)
    kept = await curator.post("/api/v1/preprocess/plans", json={"toml": QUICK})
    assert kept.status_code == 201, kept.text
    body = {"plan": "quick", "series_ids": [series_id, str(uuid4())]}
    started = await curator.post("/api/v1/preprocess/runs", json=body)
    assert started.status_code == 202, started.text
    assert started.json()["refused"] == {"no_such_series": 1}
    [run_id] = started.json()["runs"]
    await run_jobs()
    listed = (await curator.get("/api/v1/preprocess/runs?state=done")).json()
    assert [(item["id"], item["plan"]) for item in listed["items"]] == [(run_id, "quick")]
    detail = (await curator.get(f"/api/v1/preprocess/runs/{run_id}")).json()
    assert [step["step"] for step in detail["record"]["steps"]] == ["orient", "window"]
    assert detail["views"]["layers"] == ["before", "after", "labels"]
    for layer in detail["views"]["layers"]:
        picture = await curator.get(f"/api/v1/preprocess/runs/{run_id}/views/{layer}.png")
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    own = await client_for(Role.HOSPITAL, site=site_a)
    assert (await own.get("/api/v1/preprocess/runs")).json()["total"] == 1
    other = await client_for(Role.HOSPITAL, site=site_b)
    assert (await other.get("/api/v1/preprocess/runs")).json()["total"] == 0
    assert (await other.get(f"/api/v1/preprocess/runs/{run_id}")).status_code == 404
    hidden = await other.get(f"/api/v1/preprocess/runs/{run_id}/views/after.png")
    assert hidden.status_code == 404
    assert (await own.post("/api/v1/preprocess/runs", json=body)).status_code == 403


async def test_the_built_in_plans_are_listed_with_their_inputs(session, client_for) -> None:
    await session.commit()
    curator = await client_for(Role.CURATOR)
    listed = (await curator.get("/api/v1/preprocess/plans?sort=name")).json()["items"]
    plans = {name: load_plan(name) for name in builtin_plans()}
    assert {p["name"]: p["roles"] for p in listed} == {n: dict(p.inputs) for n, p in plans.items()}
    assert {p["name"]: p["many"] for p in listed} == {n: sorted(p.many) for n, p in plans.items()}
    assert plans["ct_mr_pair"].inputs == {"ct": "CT", "mr": "MR"}
    refused = await curator.post("/api/v1/preprocess/plans", json={"toml": "["})
    assert (refused.status_code, refused.json()["title"]) == (422, "bad_plan")
