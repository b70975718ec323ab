"""The pages' answers: cases with every number, decisions, recipes, a flow that sums."""

from renkei.select.server.judge import judge_case
from renkei.server.actor import Role


async def test_a_curator_sees_every_number_and_decides(
    session, site_a, add_series, client_for
) -> None:
    series = await add_series(site_a, noise=5.0)
    await judge_case(series.id)
    await session.commit()
    curator = await client_for(Role.CURATOR)
    listed = (await curator.get("/api/v1/select/cases?standing=review&sort=nearest")).json()
    assert listed["total"] == 1
    assert listed["items"][0]["id"] == str(series.id)
    assert listed["items"][0]["reason_codes"] == ["ct_noise.unusual"]
    detail = (await curator.get(f"/api/v1/select/cases/{series.id}")).json()
    noise = next(m for m in detail["metrics"] if m["metric"] == "ct_noise")
    assert noise["z"] > noise["z_limit"] == 3.5
    assert detail["recipe"] == "ct_abdomen 1"
    waiting = (await curator.get("/api/v1/select/queue")).json()
    assert waiting["total"] == 1
    answer = await curator.post(
        f"/api/v1/select/cases/{series.id}/overrides",
        json={"outcome": "exclude", "reason": "too noisy to outline"},
    )
    assert answer.status_code == 201, answer.text
    detail = (await curator.get(f"/api/v1/select/cases/{series.id}")).json()
    assert (detail["outcome"], detail["standing"]) == ("review", "exclude")
    assert detail["overrides"][0]["by_name"] == "A curator"


async def test_the_flow_sums_and_names_why(session, site_a, add_series, client_for) -> None:
    for age, noise in ((50, 1.0), (12, 1.0), (50, 5.0)):
        series = await add_series(site_a, seed=3 if noise == 1.0 else 7, noise=noise, age=age)
        await judge_case(series.id)
    await session.commit()
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    flow = (await hospital.get("/api/v1/select/flow")).json()
    patients = flow["boxes"][0]
    assert patients["assessed"] == 3
    assert patients["selected"] + patients["review"] + patients["excluded"] == 3
    assert patients["first_reason"] == {"age_below_limit": 1}
    assert flow["chart"]["data"]["values"]


async def test_a_new_recipe_judges_anew_and_a_bad_one_is_refused(
    session, site_a, add_series, client_for, run_jobs
) -> None:
    series = await add_series(site_a)
    await judge_case(series.id)
    await session.commit()
    curator = await client_for(Role.CURATOR)
    [old] = (await curator.get("/api/v1/select/recipes")).json()["items"]
    toml = (await curator.get(f"/api/v1/select/recipes/{old['id']}")).json()["toml"]
    strict = toml.replace("exclude = 60.0", "exclude = 1.0").replace('"1"', '"2"', 1)
    assert (await curator.post("/api/v1/select/recipes", json={"toml": strict})).status_code == 201
    queued = await curator.post("/api/v1/select/judge", json={})
    assert queued.json() == {"queued": 1}
    await run_jobs()
    detail = (await curator.get(f"/api/v1/select/cases/{series.id}")).json()
    assert (detail["standing"], detail["recipe"]) == ("exclude", "ct_abdomen 2")
    assert (await curator.get("/api/v1/select/cases")).json()["total"] == 1
    refused = await curator.post("/api/v1/select/recipes", json={"toml": "name = 1"})
    assert (refused.status_code, refused.json()["title"]) == (422, "bad_recipe")


async def test_other_hospitals_and_roles_learn_nothing(
    session, site_a, site_b, add_series, client_for
) -> None:
    series = await add_series(site_a)
    await judge_case(series.id)
    await session.commit()
    other = await client_for(Role.HOSPITAL, site=site_b)
    assert (await other.get("/api/v1/select/cases")).json()["total"] == 0
    assert (await other.get(f"/api/v1/select/cases/{series.id}")).status_code == 404
    assert (await other.get("/api/v1/select/flow")).json()["boxes"][0]["assessed"] == 0
    own = await client_for(Role.HOSPITAL, site=site_a)
    body = {"outcome": "exclude", "reason": "not ours to say"}
    answer = await own.post(f"/api/v1/select/cases/{series.id}/overrides", json=body)
    assert answer.status_code == 403
    licensee = await client_for(Role.LICENSEE)
    assert (await licensee.get("/api/v1/select/cases")).status_code == 403
