"""A recipe is tried on what is judged; nothing changes, and only who may judge may try."""

from sqlalchemy import func, select

from renkei.select.recipe import parse_recipe
from renkei.select.server.judge import judge_case
from renkei.select.server.tables import KeptRecipe, Verdict
from renkei.server.actor import Role

API = "/api/v1/select"


async def test_a_recipe_is_tried_beside_the_one_in_force(
    session, site_a, site_b, add_series, client_for
) -> None:
    kept = [await add_series(site_a, seed=3), await add_series(site_b, seed=7)]
    for series in kept:
        await judge_case(series.id)
    await session.commit()
    curator = await client_for(Role.CURATOR)
    [old] = (await curator.get(f"{API}/recipes")).json()["items"]
    toml = (await curator.get(f"{API}/recipes/{old['id']}")).json()["toml"]
    strict = toml.replace("exclude = 60.0", "exclude = 1.0")
    answer = await curator.post(f"{API}/dry-runs", json={"toml": strict, "in_force": True})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    patients = said["flow"][0]
    assert (patients["assessed"], patients["excluded"]) == (2, 2)
    noise = next(row for row in said["rules"] if row["rule"] == "ct_noise")
    sites = [g["excluded"] for g in noise["groups"] if g["axis"] == "site"]
    assert [(share["n"], share["of"]) for share in sites] == [(1, 1), (1, 1)]
    assert said["comparison"]["moves"] == [{"before": "selected", "after": "excluded", "n": 2}]
    assert {c["case"] for c in said["comparison"]["changes"]} == {str(s.id) for s in kept}
    assert [row["n"] for row in said["consort"]["patients"]] == [2, 0, 0, 0]
    standing = (await session.scalars(select(Verdict.standing))).all()
    assert standing == ["accept", "accept"]
    assert await session.scalar(select(func.count()).select_from(KeptRecipe)) == 1


async def test_what_is_wrong_is_named_and_a_hospital_may_not_try(site_a, client_for) -> None:
    curator = await client_for(Role.CURATOR)
    bad = 'schema = "renkei.recipe/1"\nname = "n"\nversion = "1"\n[inclusion]\nmodalities = [3]\n'
    refused = await curator.post(f"{API}/dry-runs", json={"toml": bad})
    assert refused.status_code == 422
    assert "$.inclusion.modalities[0]" in refused.text
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    assert (await hospital.post(f"{API}/dry-runs", json={"toml": bad})).status_code == 403


async def test_strata_are_those_of_the_cases_that_one_may_see(
    session, site_a, site_b, add_series, client_for
) -> None:
    for site, seed in ((site_a, 3), (site_a, 4), (site_b, 5)):
        await judge_case((await add_series(site, seed=seed)).id)
    await session.commit()
    curator = await client_for(Role.CURATOR)
    said = (await curator.get(f"{API}/strata?by=body_part&by=modality")).json()
    found = {tuple(s["match"]): s["patients"] for s in said["strata"] if s["metric"] == "ct_noise"}
    assert found == {("modality",): 3, ("modality", "body_part"): 3}
    head = 'schema = "renkei.recipe/1"\nname = "n"\nversion = "1"\n[inclusion]\nmodalities = []\n'
    assert len(parse_recipe(head + said["toml"]).strata) == len(said["strata"])
    hospital = await client_for(Role.HOSPITAL, site=site_b)
    said = (await hospital.get(f"{API}/strata")).json()
    assert {s["patients"] for s in said["strata"]} == {1}
    assert (await curator.get(f"{API}/strata?by=hair")).status_code == 400


async def test_a_case_is_shown_among_its_peers(
    session, site_a, site_b, add_series, client_for
) -> None:
    mine = await add_series(site_a, seed=3)
    other = await add_series(site_b, seed=7, noise=5.0)
    for series in (mine, other):
        await judge_case(series.id)
    await session.commit()
    curator = await client_for(Role.CURATOR)
    said = (await curator.get(f"{API}/cases/{mine.id}/peers?metric=ct_noise")).json()
    assert said["value"] in said["peers"]
    assert (len(said["pooled"]), said["scale"], said["unit"]) == (2, "log", "HU")
    assert max(said["pooled"]) > 2 * said["value"]
    own = await client_for(Role.HOSPITAL, site=site_a)
    said = (await own.get(f"{API}/cases/{mine.id}/peers?metric=ct_noise")).json()
    assert said["pooled"] == [said["value"]]
    for client, case, metric in ((own, other, "ct_noise"), (curator, mine, "nothing")):
        answer = await client.get(f"{API}/cases/{case.id}/peers?metric={metric}")
        assert answer.status_code == 404
