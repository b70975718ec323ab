"""Readers: proposed teams with reasons, hidden cases, findings for the hospital, more readers."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import (
    LESION,
    LIVER,
    Team,
    begin,
    draw,
    give_credential,
    hand_out,
    read_both,
    sign,
    submit,
)

from renkei.annotate.server import assign
from renkei.annotate.server.tables import Attempt, Task
from renkei.server.actor import Role
from renkei.subjects.server.tables import Instance, Rendition, Series

API = "/api/v1/annotate"
Drain = Callable[[], Awaitable[int]]


async def read_as(client: httpx2.AsyncClient, lesion: Any = LESION) -> None:
    opened = await begin(client)
    masks = [(LIVER, "organs", 1)] + ([] if lesion is None else [(lesion, "lesions", 7)])
    await draw(client, opened, *masks)
    said = {"lesion": "absent"} if lesion is None else {}
    answer = await submit(client, opened, **said)
    assert answer.status_code == 200, answer.text


async def another(session: AsyncSession, series: Series) -> Series:
    """Return a second series with the same bytes."""
    own = {"subject_id": series.subject_id, "site_id": series.site_id}
    row = Series(
        study_id=series.study_id, series_uid="2.25.9", modality="CT", source=series.source, **own
    )
    session.add(row)
    await session.flush()
    instance = Instance(series_id=row.id, sop_uid="2.25.10", number=1, **own)
    session.add(instance)
    await session.flush()
    known = (await session.scalars(select(Rendition))).one()
    same = {"object_id": known.object_id, "transfer_syntax": known.transfer_syntax}
    session.add(Rendition(instance_id=instance.id, sha256=known.sha256, **same, **own))
    await session.commit()
    return row


async def test_teams_are_proposed_with_reasons_and_without_who_treats_there(
    series: Series, team: Team
) -> None:
    await give_credential(team.curator, team.ids["one"], sites=[str(series.site_id)])
    await give_credential(team.curator, team.ids["two"], modalities=["MR"])
    asked = {"series_ids": [str(series.id)], "vocabulary": "abdomen-ct", "protocol": "single"}
    [proposed] = (await team.curator.post(f"{API}/teams", json=asked)).json()
    assert {one["user"] for one in proposed["members"]} == {team.ids["judge"], team.ids["other"]}
    assert all(one["speaks"] for one in proposed["members"])
    assert proposed["others"] == {"treats_there": 1, "modality": 1}
    assert proposed["short"] == 0
    asked["protocol"] = "triple"
    assert (await team.curator.post(f"{API}/teams", json=asked)).json()[0]["short"] == 2


async def test_a_third_reader_alone_sees_a_lesion_and_it_comes_before_the_judge(
    series: Series, team: Team, run_jobs: Drain
) -> None:
    readers = [team.ids[name] for name in ("one", "two", "other")]
    task = await hand_out(
        team,
        run_jobs,
        series_ids=[str(series.id)],
        vocabulary="abdomen-ct",
        protocol="triple",
        readers=readers,
    )
    for client, lesion in ((team.one, None), (team.two, None), (team.other, LESION)):
        await read_as(client, lesion)
    await run_jobs()
    assert (await team.curator.get(f"{API}/tasks/{task}")).json()["state"] == "disputed"
    opened = await begin(team.judge)
    start = {"lease": opened["lease"], "start": "majority"}
    fused = await team.judge.post(f"{API}/attempts/{opened['id']}/start", json=start)
    assert fused.status_code == 200, fused.text
    for _ in range(2):
        if (await team.judge.get(f"{API}/tasks/{task}")).json()["state"] == "review":
            break
        compared = (await team.judge.get(f"{API}/tasks/{task}/comparison")).json()
        [dispute] = compared["disputes"]
        side = "a" if dispute["lesions_a"] else "b"
        decision = {"choice": side, "code": "missed", "reason": "It is there."}
        await team.judge.post(f"{API}/disputes/{dispute['id']}/decisions", json=decision)
        lease = {"lease": opened["lease"]}
        proposed = await team.judge.post(f"{API}/attempts/{opened['id']}/propose", json=lease)
        assert proposed.status_code == 200, proposed.text
    assert (await sign(team.judge, task)).status_code == 201


async def test_four_readers_read_again_seeing_each_other_and_nobody_decides(
    client_for: Callable[..., Awaitable[httpx2.AsyncClient]],
    series: Series,
    team: Team,
    run_jobs: Drain,
) -> None:
    fourth = await client_for(Role.READER)
    user = (await fourth.get("/api/v1/people/me")).json()["id"]
    await give_credential(team.curator, user)
    readers = [*(team.ids[name] for name in ("one", "two", "other")), user]
    task = await hand_out(
        team,
        run_jobs,
        series_ids=[str(series.id)],
        vocabulary="abdomen-ct",
        protocol="four",
        readers=readers,
    )
    clients = (team.one, team.two, team.other, fourth)
    for client in clients:
        await read_as(client, None if client is team.one else LESION)
    await run_jobs()
    shown = (await team.one.get(f"{API}/tasks/{task}")).json()
    assert (shown["state"], len(shown["parts"])) == ("unblinded", 5)
    for client in clients:
        opened = await begin(client)
        if client is team.one:
            await draw(client, opened, (LESION, "lesions", 7))
        assert (await submit(client, opened)).status_code == 200
    await run_jobs()
    assert (await team.curator.get(f"{API}/tasks/{task}")).json()["state"] == "review"


async def test_hidden_cases_look_like_others_and_pause_who_fails(
    session: AsyncSession,
    series: Series,
    team: Team,
    task: UUID,
    run_jobs: Drain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await read_both(team, run_jobs, lesion_of_two=LESION)
    await sign(team.judge, task)
    marked = await team.curator.put(f"{API}/tasks/{task}/gold", json={"gold": True})
    assert marked.status_code == 204, marked.text
    monkeypatch.setattr(assign, "GOLD_SHARE", 1.0)
    other = await another(session, series)
    judge_and_other = {"readers": [team.ids["other"]], "adjudicator": team.ids["judge"]}
    await hand_out(
        team,
        run_jobs,
        series_ids=[str(other.id)],
        vocabulary="abdomen-ct",
        protocol="single",
        **judge_and_other,
    )
    mine = select(Task).join(Attempt).where(Attempt.user_id == UUID(team.ids["other"]))
    hidden, plain = sorted(await session.scalars(mine), key=lambda one: one.gold_label_id is None)
    assert hidden.gold_label_id is not None
    assert plain.gold_label_id is None
    for _ in range(2):
        await read_as(team.other, None)
    await run_jobs()
    people = (await team.curator.get(f"{API}/readers")).json()
    one = next(p for p in people if p["user_id"] == team.ids["other"])
    assert (one["hidden"], one["passed"], one["verdict"]) == (1, 0, "open")
    assert one["paused_why"] is None
    shown = (await team.other.get(f"{API}/tasks/{hidden.id}")).json()
    assert (shown["state"], shown["protocol"], shown["reason"]) == ("reading", "double", None)
    assert (await team.other.get(f"{API}/tasks?state=excluded")).json()["total"] == 0


async def test_a_finding_goes_to_the_hospital_by_pseudonym_with_a_receipt(
    client_for: Callable[..., Awaitable[httpx2.AsyncClient]],
    site_a: Any,
    site_b: Any,
    team: Team,
    task: UUID,
) -> None:
    own = await client_for(Role.HOSPITAL, site=site_a)
    stranger = await client_for(Role.HOSPITAL, site=site_b)
    body = {"task_id": str(task), "urgency": "today", "text": "見本田様、腹部大動脈瘤の疑い。"}
    told = await team.one.post(f"{API}/findings", json=body)
    assert (told.status_code, told.json()["title"]) == (422, "text_tells_who")
    body["text"] = "腹部大動脈に径52 mmの瘤を認める。破裂の徴候なし。"
    raised = await team.one.post(f"{API}/findings", json=body)
    assert raised.status_code == 201, raised.text
    assert raised.json()["pseudonym"] == "S-1"
    assert (await stranger.get(f"{API}/findings")).json()["total"] == 0
    assert (await team.two.get(f"{API}/findings")).json()["total"] == 0
    [waits] = (await own.get(f"{API}/findings")).json()["items"]
    assert (waits["late"], waits["received_at"]) == (False, None)
    path = f"{API}/findings/{waits['id']}/receipt"
    assert (await stranger.post(path, json={})).status_code == 404
    received = await own.post(path, json={"answer": "The patient was called."})
    assert received.json()["received_at"] is not None
    assert (await own.post(path, json={})).status_code == 409
