"""Over quota is a state: drawn alike each time, counted apart, and gone with the quota."""

from sqlalchemy import select

from renkei.select.recipe import load_recipe
from renkei.select.server.judge import judge_case
from renkei.select.server.quota import draw_quotas
from renkei.select.server.recipes import keep_recipe
from renkei.select.server.tables import Verdict
from renkei.server.actor import Role
from renkei.server.audit import AuditRow

QUOTA = '\n[[quota]]\nof = "site"\nat_most = 1\n'


async def aside(session) -> dict:
    session.expire_all()
    rows = await session.execute(select(Verdict.subject_id, Verdict.over_quota, Verdict.standing))
    return {subject: (over, standing) for subject, over, standing in rows}


async def test_who_is_over_quota_is_set_aside_and_comes_back(
    session, site_a, site_b, add_series, client_for
) -> None:
    plain = load_recipe("ct_abdomen").text
    await keep_recipe(session, toml=plain + QUOTA)
    await session.commit()
    for site, seed in ((site_a, 3), (site_a, 4), (site_b, 7)):
        await judge_case((await add_series(site, seed=seed)).id)
    await session.commit()
    curator = await client_for(Role.CURATOR)
    said = (await curator.post("/api/v1/select/quotas")).json()
    assert (said["patients"], said["over_quota"]) == (3, 1)
    assert [(q["patients"], q["met"]) for q in said["quotas"]] == [(1, True), (1, True)]
    before = await aside(session)
    assert sorted(before.values()) == [(False, "accept"), (False, "accept"), (True, "accept")]
    box = (await curator.get("/api/v1/select/flow")).json()["boxes"][0]
    assert (box["assessed"], box["selected"], box["over_quota"]) == (3, 2, 1)
    listed = (await curator.get("/api/v1/select/cases?over_quota=true")).json()
    assert (listed["total"], listed["items"][0]["grade"]) == (1, 1)
    await draw_quotas(session)
    await session.commit()
    assert await aside(session) == before
    await keep_recipe(session, toml=plain)
    assert (await draw_quotas(session)).over_quota == 0
    await session.commit()
    assert {over for over, _ in (await aside(session)).values()} == {False}
    audited = await session.scalars(
        select(AuditRow.action).where(AuditRow.action == "select.quota")
    )
    assert len(audited.all()) == 3


async def test_a_hospital_does_not_draw(site_a, client_for) -> None:
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    assert (await hospital.post("/api/v1/select/quotas")).status_code == 403
