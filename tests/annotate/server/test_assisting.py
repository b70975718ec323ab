"""Assists in a task: a proposal is one stroke, noted, exported as such, and kept from one arm."""

import json
import re

import numpy as np
import pytest
from sqlalchemy import select
from tests.annotate.server.conftest import GRID, LESION, LIVER, begin, draw, submit

from renkei.annotate.server.tables import Arm, Attempt, LabelVersion, Proposal
from renkei.imaging.nifti import nifti_bytes, read_nifti
from renkei.imaging.volume import Volume

ANNOTATE = "/api/v1/annotate"


@pytest.fixture
async def helped(session, task):
    """Put every attempt on the arm with proposals."""
    for attempt in await session.scalars(select(Attempt).where(Attempt.task_id == task)):
        attempt.arm = Arm.PREFILL
    await session.commit()
    return task


async def ask(client, opened, assist, key, **more):
    body = {"lease": opened["lease"], "assist": assist, "key": key, **more}
    return await client.post(f"{ANNOTATE}/attempts/{opened['id']}/assists", json=body)


async def canvas(client, opened, group="organs"):
    answer = await client.get(f"{ANNOTATE}/attempts/{opened['id']}/mask", params={"group": group})
    return np.frombuffer(answer.content, np.uint8).reshape(LIVER.shape)


async def test_a_proposal_is_one_stroke_that_leaves_other_labels_alone(session, team, helped):
    opened = await begin(team.one)
    names = [
        one["name"]
        for one in (await team.one.get(f"{ANNOTATE}/attempts/{opened['id']}/assists")).json()
    ]
    assert {"body", "bone", "lung", "point", "forest"} <= set(names)
    await draw(team.one, opened, (LESION, "organs", 2))
    asked = await ask(team.one, opened, "body", "liver")
    assert asked.status_code == 200, asked.text
    assert asked.json()["last_seq"] == 2
    found = await canvas(team.one, opened)
    assert (found[LESION] == 2).all()
    assert (found[LIVER & ~LESION] == 1).mean() > 0.8
    (noted,) = (await session.scalars(select(Proposal))).all()
    assert (noted.key, noted.assist, noted.seq) == ("liver", "body", 2)
    assert noted.voxels == np.count_nonzero(found == 1)


async def test_refusals_say_what_to_do(session, team, helped):
    opened = await begin(team.one)
    for assist, key, code in (
        ("point", "liver", "assist_refused"),
        ("forest", "liver", "assist_refused"),
        ("nothing", "liver", "no_such_plugin"),
        ("body", "nothing", "unknown_term"),
    ):
        answer = await ask(team.one, opened, assist, key)
        assert answer.json()["title"] == code, answer.text
    assert (await session.scalars(select(Proposal))).all() == []


async def test_the_arm_without_proposals_gets_none(session, team, helped):
    opened = await begin(team.one)
    attempt = await session.get_one(Attempt, opened["id"])
    attempt.arm = Arm.PLAIN
    await session.commit()
    listed = await team.one.get(f"{ANNOTATE}/attempts/{opened['id']}/assists")
    assert listed.json() == []
    refused = await ask(team.one, opened, "body", "liver")
    assert (refused.status_code, refused.json()["title"]) == (403, "no_proposals")


async def test_what_was_proposed_is_said_of_the_label(session, team, helped):
    opened = await begin(team.one)
    await ask(team.one, opened, "body", "liver")
    answer = await submit(team.one, opened, lesion="absent")
    assert answer.status_code == 200, answer.text
    label = (await session.scalars(select(LabelVersion))).one()
    assert label.assisted == ["liver"]


async def test_slicer_draws_in_a_task_through_the_api_of_monai_label(session, team, helped):
    monai = f"{ANNOTATE}/monai"
    reader = team.one
    assert (await reader.get(f"{monai}/auth/")).json()["enabled"] is True
    info = (await reader.get(f"{monai}/info/")).json()
    assert "liver" in info["labels"]
    assert info["models"]["point-liver"]["type"] == "deepgrow"
    image = (await reader.post(f"{monai}/activelearning/next")).json()["id"]
    scan = await reader.get(f"{monai}/datastore/image", params={"image": image})
    volume = read_nifti(scan.content)
    assert volume.geometry.close_to(GRID)
    z, y, x = (int(n) for n in np.argwhere(LIVER & ~LESION)[0])
    # What Slicer may say of model and image in the parameters is not taken from there.
    params = json.dumps({"foreground": [[x, y, z]], "model": "../x", "image": "/etc/passwd"})
    given = await reader.post(
        f"{monai}/infer/body-liver",
        params={"image": image, "output": "all"},
        data={"params": params},
        files={"unused": b""},
    )
    assert given.status_code == 200, given.text
    edge = re.search("boundary=(.+)", given.headers["content-type"]).group(1).encode()
    parts = given.content.split(b"--" + edge)
    found = read_nifti(parts[2].split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")).voxels
    assert (found[LIVER] == 1).mean() > 0.8
    info = [{"name": "liver", "idx": 1}]
    kept = await reader.put(
        f"{monai}/datastore/label",
        params={"image": image},
        data={"params": json.dumps({"label_info": info})},
        files={"label": nifti_bytes(Volume(LIVER.astype(np.uint8), GRID, "SEG"))},
    )
    assert kept.status_code == 200, kept.text
    back = await reader.get(f"{monai}/datastore/label", params={"label": image})
    assert (read_nifti(back.content).voxels == LIVER).all()
    strange = await reader.get(f"{monai}/datastore/image", params={"image": str(helped)})
    assert strange.status_code == 404
    other = await team.two.get(f"{monai}/datastore/label", params={"label": image})
    assert other.status_code == 404
    assert (
        await reader.post(f"{monai}/infer/nothing-liver", params={"image": image})
    ).status_code == 404
    (noted,) = (await session.scalars(select(Proposal))).all()
    assert noted.key == "liver"
