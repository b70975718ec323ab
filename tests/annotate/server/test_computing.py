"""Computing tools on the platform: what they take, and their effect as one stroke."""

from typing import Any
from uuid import UUID

import numpy as np
from tests.annotate.server.conftest import LESION, LIVER, SHAPE, Team, begin, draw

API = "/api/v1/annotate"


async def drawn(team: Team, opened: dict[str, Any], group: str) -> np.ndarray:
    answer = await team.one.get(f"{API}/attempts/{opened['id']}/mask", params={"group": group})
    return np.frombuffer(answer.content, np.uint8).reshape(SHAPE)


async def compute(team: Team, opened: dict[str, Any], **more: Any) -> Any:
    body = {"lease": opened["lease"], "key": "liver"} | more
    return await team.one.post(f"{API}/attempts/{opened['id']}/tools", json=body)


async def test_every_tool_is_listed_with_its_numbers_and_what_it_needs(
    team: Team, task: UUID
) -> None:
    tools = {one["name"]: one for one in (await team.one.get(f"{API}/tools")).json()}
    assert tools["watershed"]["needs"] == ["scribbles", "voxels"]
    assert tools["add"]["needs"] == ["other"]
    assert tools["smooth"]["numbers"][0] | {"ja": "", "en": ""} == {
        "name": "sigma_mm",
        "ja": "",
        "en": "",
        "unit": "mm",
        "default": 1.5,
        "least": 0.3,
        "most": 10.0,
    }


async def test_scribbles_on_the_image_become_a_label_as_one_stroke(team: Team, task: UUID) -> None:
    opened = await begin(team.one)
    rows = [
        {"start": z * 320 + y * 20 + 3, "length": 9, "inside": True}
        for z in (1, 4)
        for y in (3, 12)
    ]
    rows += [
        {"start": z * 320 + y * 20, "length": 20, "inside": False} for z in (1, 4) for y in (0, 15)
    ]
    answer = await compute(team, opened, tool="watershed", scribbles=rows)
    assert answer.status_code == 200, answer.text
    assert answer.json()["last_seq"] == 1
    found = await drawn(team, opened, "organs") == 1
    overlap = 2 * np.count_nonzero(found & LIVER) / (found.sum() + LIVER.sum())
    assert overlap > 0.85
    steps = await team.one.get(f"{API}/attempts/{opened['id']}/strokes")
    assert steps.json() == ["draw"]


async def test_a_label_is_cut_by_one_of_another_group(team: Team, task: UUID) -> None:
    opened = await begin(team.one)
    await draw(team.one, opened, (LIVER, "organs", 1), (LESION, "lesions", 7))
    assert (await compute(team, opened, tool="subtract", other="lesion")).status_code == 200
    assert np.array_equal(await drawn(team, opened, "organs") == 1, LIVER & ~LESION)
    assert np.array_equal(await drawn(team, opened, "lesions") == 7, LESION)


async def test_what_a_tool_lacks_is_said_and_nothing_is_drawn(team: Team, task: UUID) -> None:
    opened = await begin(team.one)
    refusals = {
        "nothing_scribbled": {"tool": "watershed"},
        "no_second_label": {"tool": "add"},
        "nothing_drawn": {"tool": "grow"},
        "tool_refused": {"tool": "smooth", "values": {"sigma_mm": 99}},
        "no_such_plugin": {"tool": "nonesuch"},
        "unknown_term": {"tool": "add", "other": "nonesuch"},
    }
    for code, given in refusals.items():
        answer = await compute(team, opened, **given)
        assert answer.json()["title"] == code
    outside = [{"start": 10_000, "length": 5, "inside": True}]
    answer = await compute(team, opened, tool="watershed", scribbles=outside)
    assert answer.json()["title"] == "tool_refused"
    late = await compute(team, opened | {"lease": str(task)}, tool="fill")
    assert late.json()["title"] == "lease_held"
    now = await team.one.get(f"{API}/attempts/{opened['id']}")
    assert now.json()["last_seq"] == 0
