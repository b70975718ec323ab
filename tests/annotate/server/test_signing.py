"""Signing: a one-time code, a credential, an intact binding, a new version when it is amended."""

import base64
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import (
    LESION,
    Team,
    begin,
    box,
    draw,
    give_credential,
    read_both,
    sign,
    submit,
)

from renkei.annotate.server.signed import signed_labels
from renkei.annotate.server.tables import Comparison, LabelVersion, Signature
from renkei.imaging.labels import LabelSet, Segment, pack, unpack
from renkei.people.onetime import code_at
from renkei.people.server.tables import StepUp
from renkei.server.storage import load, store
from renkei.subjects.server.tables import Series

API, PEOPLE = "/api/v1/annotate", "/api/v1/people"
Drain = Callable[[], Awaitable[int]]


async def test_a_code_is_asked_for_is_good_once_and_for_five_minutes(
    session: AsyncSession, team: Team, task: UUID, run_jobs: Drain
) -> None:
    await read_both(team, run_jobs, lesion_of_two=LESION)
    path = f"{API}/tasks/{task}/sign"
    bare = await team.judge.post(path)
    assert (bare.status_code, bare.json()["title"]) == (403, "step_up_needed")
    seed = base64.b32decode((await team.judge.post(f"{PEOPLE}/second-factor")).json()["secret"])
    wrong = {"code": f"{(int(code_at(seed, time.time())) + 1) % 10**6:06d}"}
    refused = await team.judge.post(f"{PEOPLE}/second-factor/confirm", json=wrong)
    assert (refused.status_code, refused.json()["title"]) == (403, "code_refused")
    now = time.time()
    first = {"code": code_at(seed, now - 30)}
    assert (await team.judge.post(f"{PEOPLE}/second-factor/confirm", json=first)).is_success
    assert (await team.judge.post(f"{PEOPLE}/step-up", json=first)).status_code == 403
    again = await team.judge.post(f"{PEOPLE}/second-factor")
    assert (again.status_code, again.json()["title"]) == (409, "second_factor_there")
    assert (
        await team.judge.post(f"{PEOPLE}/step-up", json={"code": code_at(seed, now)})
    ).is_success
    await session.execute(
        update(StepUp).values(created_at=datetime.now(UTC) - timedelta(minutes=6))
    )
    await session.commit()
    late = await team.judge.post(path)
    assert (late.status_code, late.json()["title"]) == (403, "step_up_needed")


async def test_one_changed_voxel_or_comparison_breaks_the_signature(
    session: AsyncSession, team: Team, task: UUID, run_jobs: Drain
) -> None:
    await read_both(team, run_jobs, lesion_of_two=LESION)
    signed = await sign(team.judge, task)
    path = f"{API}/signatures/{signed.json()['id']}/verify"
    intact = (await team.judge.get(path)).json()
    assert intact["broken"] == []
    assert intact["statement"]["credential"]["modalities"] == ["CT", "SM"]
    row = await session.get_one(Signature, UUID(signed.json()["id"]))
    label = await session.get_one(LabelVersion, row.label_id)
    labels = unpack(await load(session, label.object_id))
    segments = []
    for segment in labels.segments:
        mask = segment.mask.copy()
        mask[0, 0, 0] ^= segment.name == "liver"
        segments.append(Segment(segment.number, segment.name, segment.code, mask))
    other = LabelSet(labels.geometry, tuple(segments), labels.vocabulary)
    kept = await store(session, pack(other), site_id=row.site_id, subject_id=row.subject_id)
    label.object_id = kept.id
    comparison = (await session.scalars(select(Comparison))).one()
    comparison.results = comparison.results | {"mean_dice": 0.5}
    await session.commit()
    assert (await team.judge.get(path)).json()["broken"] == ["voxels", "comparison"]


async def test_without_a_credential_nobody_is_in_a_team_and_an_expired_one_signs_nothing(
    team: Team, task: UUID, run_jobs: Drain
) -> None:
    await read_both(team, run_jobs, lesion_of_two=LESION)
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    await give_credential(team.curator, team.ids["judge"], valid_until=past)
    refused = await sign(team.judge, task)
    assert (refused.status_code, refused.json()["title"]) == (403, "credential_missing")
    await give_credential(team.curator, team.ids["other"], modalities=["MR"])
    asked = {"user_id": team.ids["other"]}
    answer = await team.curator.post(f"{API}/tasks/{task}/approvers", json=asked)
    assert answer.json()["facts"] == {"user": team.ids["other"], "why": "modality"}


async def test_an_amendment_is_a_new_version_and_the_old_one_stays(
    session: AsyncSession, series: Series, team: Team, task: UUID, run_jobs: Drain
) -> None:
    await read_both(team, run_jobs, lesion_of_two=LESION)
    first = (await sign(team.judge, task)).json()
    asked = {"user_id": team.ids["other"], "reason": "A second lesion was found."}
    opened = await team.curator.post(f"{API}/tasks/{task}/amend", json=asked)
    assert opened.status_code == 201, opened.text
    assert await signed_labels(session, series.id) is not None
    extra = box(slice(2, 3), slice(12, 13), slice(12, 13))
    mine = await begin(team.other)
    await draw(team.other, mine, (extra, "lesions", 7))
    handed = await submit(team.other, mine)
    assert handed.status_code == 200, handed.text
    second = (await sign(team.judge, task)).json()
    assert second["number"] == first["number"] + 1
    image = series.id
    session.expire_all()
    found = await signed_labels(session, image)
    assert found is not None
    assert np.array_equal(found[0].named("lesion").mask, LESION | extra)
    for signature in (first, second):
        checked = (await team.judge.get(f"{API}/signatures/{signature['id']}/verify")).json()
        assert checked["broken"] == []
    assert len(checked["statement"]["amends"]) == 64
    soon = await team.curator.post(f"{API}/tasks/{task}/read-again")
    assert (soon.status_code, soon.json()["title"]) == (409, "read_too_recently")
    await session.execute(
        update(Signature).values(created_at=datetime.now(UTC) - timedelta(days=29))
    )
    await session.commit()
    again = await team.curator.post(f"{API}/tasks/{task}/read-again")
    assert again.status_code == 201, again.text
    parts = (await team.curator.get(f"{API}/tasks/{again.json()['id']}")).json()["parts"]
    assert sorted(part["alias"] for part in parts) == ["A", "B", "adjudicator"]
