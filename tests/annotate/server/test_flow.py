"""The whole way of a task over the API: read twice, compare, adjudicate, sign, report, export."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import (
    GRID,
    LESION,
    LIVER,
    SHAPE,
    Team,
    begin,
    box,
    draw,
    read_both,
    sign,
    submit,
)

from renkei.annotate.server.key import signing_key
from renkei.annotate.server.signed import signed_labels
from renkei.annotate.server.tables import Signature
from renkei.annotate.sign import verify_chain
from renkei.imaging.labels import unpack
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.volume import Volume
from renkei.server.events import EventRow
from renkei.subjects.server.tables import Series

Drain = Callable[[], Awaitable[int]]
API = "/api/v1/annotate"


async def state_of(team: Team, task: UUID) -> str:
    return str((await team.curator.get(f"{API}/tasks/{task}")).json()["state"])


async def test_two_readers_who_agree_lead_to_review_and_the_judge_signs(
    session: AsyncSession, series: Series, team: Team, task: UUID, run_jobs: Drain
) -> None:
    assert await state_of(team, task) == "ready"
    await read_both(team, run_jobs, lesion_of_two=LESION)
    assert await state_of(team, task) == "review"
    refused = await sign(team.one, task)
    assert refused.status_code == 403
    signed = await sign(team.judge, task)
    assert signed.status_code == 201, signed.text
    assert await state_of(team, task) == "signed"
    found = await signed_labels(session, series.id)
    assert found is not None
    labels, signature = found
    assert np.array_equal(labels.named("lesion").mask, LESION)
    assert str(signature.id) == signed.json()["id"]
    names = list(await session.scalars(select(EventRow.name)))
    assert names.count("LabelSigned") == 1


async def test_a_missed_lesion_is_disputed_decided_and_signed(
    session: AsyncSession, series: Series, team: Team, task: UUID, run_jobs: Drain
) -> None:
    await read_both(team, run_jobs, lesion_of_two=None)
    assert await state_of(team, task) == "disputed"
    compared = (await team.judge.get(f"{API}/tasks/{task}/comparison")).json()
    assert [d["key"] for d in compared["disputes"]] == ["lesion"]
    liver = next(t for t in compared["results"]["terms"] if t["key"] == "liver")
    assert liver["dice"] == 1.0
    opened = await begin(team.judge)
    early = await team.judge.post(
        f"{API}/attempts/{opened['id']}/propose", json={"lease": opened["lease"]}
    )
    assert (early.status_code, early.json()["title"]) == (409, "undecided")
    # Which side drew the lesion is drawn by lot, so the one whose label holds it is chosen.
    side = "a" if compared["disputes"][0]["lesions_a"] else "b"
    decided = await team.judge.post(
        f"{API}/disputes/{compared['disputes'][0]['id']}/decisions",
        json={"choice": side, "reason": "Clearly hypodense."},
    )
    assert decided.status_code == 201, decided.text
    proposed = await team.judge.post(
        f"{API}/attempts/{opened['id']}/propose", json={"lease": opened["lease"]}
    )
    assert proposed.status_code == 200, proposed.text
    assert (await sign(team.judge, task)).status_code == 201
    found = await signed_labels(session, series.id)
    assert found is not None
    assert np.array_equal(found[0].named("lesion").mask, LESION)


async def test_an_adjudicator_who_drew_cannot_sign_but_an_approver_can(
    session: AsyncSession, series: Series, team: Team, task: UUID, run_jobs: Drain
) -> None:
    await read_both(team, run_jobs, lesion_of_two=None)
    compared = (await team.judge.get(f"{API}/tasks/{task}/comparison")).json()
    opened = await begin(team.judge)
    has_lesion = bool(compared["disputes"][0]["lesions_a"])
    extra = box(slice(2, 3), slice(12, 13), slice(12, 13))
    await draw(team.judge, opened, (extra, "lesions", 7))
    await team.judge.post(
        f"{API}/disputes/{compared['disputes'][0]['id']}/decisions",
        json={"choice": "edit", "reason": "Smaller than drawn."},
    )
    answer = await team.judge.post(
        f"{API}/attempts/{opened['id']}/propose", json={"lease": opened["lease"]}
    )
    assert answer.status_code == 200, answer.text
    refused = await sign(team.judge, task)
    assert (refused.status_code, refused.json()["title"]) == (403, "signer_is_author")
    added = await team.curator.post(
        f"{API}/tasks/{task}/approvers", json={"user_id": team.ids["other"]}
    )
    assert added.status_code == 201, added.text
    assert (await sign(team.other, task)).status_code == 201
    found = await signed_labels(session, series.id)
    assert found is not None
    expected = LESION | extra if has_lesion else extra
    assert np.array_equal(found[0].named("lesion").mask, expected)


async def test_signatures_of_a_hospital_form_a_chain(
    session: AsyncSession, series: Series, team: Team, task: UUID, run_jobs: Drain
) -> None:
    for _ in range(2):
        await read_both(team, run_jobs, lesion_of_two=LESION)
        shown = (await team.judge.get(f"{API}/tasks", params={"state": "review"})).json()
        signed = await sign(team.judge, shown["items"][0]["id"])
        assert signed.status_code == 201, signed.text
        body = {
            "readers": [team.ids["one"], team.ids["two"]],
            "adjudicator": team.ids["judge"],
            "series_ids": [str(series.id)],
            "vocabulary": "abdomen-ct",
        }
        assert (await team.curator.post(f"{API}/tasks", json=body)).status_code == 201
        await run_jobs()
    rows = await session.scalars(select(Signature).order_by(Signature.number))
    notes = [row.note for row in rows]
    assert len(notes) == 2
    verify_chain(notes, [signing_key().verifier])


async def test_labels_come_back_from_nifti_as_they_were_drawn(
    team: Team, task: UUID, run_jobs: Drain
) -> None:
    await read_both(team, run_jobs, lesion_of_two=LESION)
    await sign(team.judge, task)
    labels = (await team.curator.get(f"{API}/labels", params={"task_id": str(task)})).json()
    label = labels["items"][0]["id"]
    # The lesion lies inside the liver, and a label map cannot hold both.
    overlap = await team.curator.get(f"{API}/labels/{label}/export", params={"format": "nifti"})
    assert (overlap.status_code, overlap.json()["title"]) == (422, "overlap")
    packed = await team.curator.get(f"{API}/labels/{label}/export", params={"format": "packed"})
    assert packed.status_code == 200
    assert np.array_equal(unpack(packed.content).named("liver").mask, LIVER)


async def test_slabs_and_masks_hold_what_was_sent(team: Team, task: UUID) -> None:
    opened = await begin(team.one)
    await draw(team.one, opened, (LIVER, "organs", 1))
    mask = await team.one.get(f"{API}/attempts/{opened['id']}/mask", params={"group": "organs"})
    assert np.array_equal(np.frombuffer(mask.content, np.uint8).reshape(SHAPE), LIVER * 1)
    slab = await team.one.get(f"{API}/tasks/{task}/slabs/0")
    voxels = np.frombuffer(slab.content, "<i2").reshape(SHAPE)
    assert voxels[2, 5, 5] == 20
    assert voxels[0, 0, 0] == -1000
    assert (await team.one.get(f"{API}/tasks/{task}/slabs/1")).status_code == 404


async def test_a_file_becomes_one_stroke_and_the_same_labels(
    team: Team, task: UUID, tmp_path: Any
) -> None:
    opened = await begin(team.one)
    data = nifti_bytes(Volume((LIVER & ~LESION).astype(np.uint8), GRID, ""))
    query = {"lease": opened["lease"], "format": "nifti", "values": '{"1": "liver"}'}
    url = f"{API}/attempts/{opened['id']}/labels"
    brought = await team.one.post(url, params=query, content=data)
    assert brought.status_code == 200, brought.text
    assert brought.json()["last_seq"] == 1
    again = await team.one.post(url, params=query, content=data)
    assert again.json()["last_seq"] == 1
    mask = await team.one.get(f"{API}/attempts/{opened['id']}/mask", params={"group": "organs"})
    assert np.array_equal(
        np.frombuffer(mask.content, np.uint8).reshape(SHAPE) == 1, LIVER & ~LESION
    )
    bad = await team.one.post(url, params=query, content=b"not a nifti")
    assert bad.status_code == 422


async def test_submitting_without_a_word_about_the_lesion_is_refused(
    team: Team, task: UUID
) -> None:
    opened = await begin(team.one)
    await draw(team.one, opened, (LIVER, "organs", 1))
    refused = await submit(team.one, opened)
    assert (refused.status_code, refused.json()["title"]) == (422, "not_asserted")
    assert refused.json()["facts"]["labels"] == "lesion"
    contradicts = await submit(team.one, opened, liver="absent", lesion="absent")
    assert contradicts.json()["title"] == "assertion_contradicts"
    assert (await submit(team.one, opened, lesion="absent")).status_code == 200
    assert (await submit(team.one, opened, lesion="absent")).status_code == 409
