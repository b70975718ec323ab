"""A small CT series of one subject, a team of readers, and the way through a task."""

import base64
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2
import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.volume import Volume
from renkei.people.onetime import code_at
from renkei.server.actor import Role
from renkei.server.storage import store
from renkei.subjects.server.tables import (
    Instance,
    Rendition,
    Series,
    Slide,
    Source,
    Study,
    Subject,
)

SHAPE = (6, 16, 20)
GRID = Geometry(SHAPE, (3.0, 1.0, 1.0), (-10.0, -8.0, 5.0))


def box(z: slice, y: slice, x: slice) -> np.ndarray:
    """Return a mask with one box in it."""
    mask = np.zeros(SHAPE, dtype=bool)
    mask[z, y, x] = True
    return mask


LIVER = box(slice(1, 5), slice(2, 14), slice(2, 14))
LESION = box(slice(2, 4), slice(4, 9), slice(4, 9))


def runs_of(mask: np.ndarray, group: str, number: int) -> list[dict[str, Any]]:
    """Return the runs that paint a mask on an empty canvas, one per voxel row."""
    at = np.flatnonzero(mask.reshape(-1))
    starts = at[np.concatenate([[True], np.diff(at) != 1])]
    ends = at[np.concatenate([np.diff(at) != 1, [True]])]
    return [
        {"group": group, "start": int(a), "length": int(b - a + 1), "old": 0, "new": number}
        for a, b in zip(starts, ends, strict=True)
    ]


@pytest.fixture
async def subject(session: AsyncSession, site_a: Any) -> Subject:
    row = Subject(site_id=site_a.id, pseudonym="S-1", sex="F", age=60, year=2025)
    session.add(row)
    await session.flush()
    return row


@pytest.fixture
async def series(session: AsyncSession, subject: Subject) -> Series:
    """A NIfTI series with the real bytes of a volume in storage."""
    voxels = np.full(SHAPE, -1000, dtype=np.int16)
    voxels[LIVER] = 60
    voxels[LESION] = 20
    data = nifti_bytes(Volume(voxels, GRID, "CT"))
    own = {"subject_id": subject.id, "site_id": subject.site_id}
    study = Study(study_uid="2.25.1", **own)
    session.add(study)
    await session.flush()
    row = Series(study_id=study.id, series_uid="2.25.2", modality="CT", source=Source.NIFTI, **own)
    session.add(row)
    await session.flush()
    instance = Instance(series_id=row.id, sop_uid="2.25.3", number=1, **own)
    session.add(instance)
    await session.flush()
    kept = await store(session, data, site_id=subject.site_id, subject_id=subject.id)
    session.add(
        Rendition(
            instance_id=instance.id,
            sha256=kept.plain_sha256,
            object_id=kept.id,
            transfer_syntax="nifti",
            **own,
        )
    )
    await session.commit()
    return row


@pytest.fixture
async def slide(session: AsyncSession, subject: Subject) -> Slide:
    """A slide without pixels: tasks on it need its size and scale only."""
    kept = await store(session, b"slide", site_id=subject.site_id, subject_id=subject.id)
    row = Slide(
        subject_id=subject.id,
        site_id=subject.site_id,
        sha256=kept.plain_sha256,
        object_id=kept.id,
        width=4000,
        height=3000,
        mpp=0.5,
    )
    session.add(row)
    await session.commit()
    return row


class Team:
    """Two readers, an adjudicator, a curator and one more reader, signed in."""

    def __init__(self, clients: dict[str, httpx2.AsyncClient], ids: dict[str, str]) -> None:
        self.clients, self.ids = clients, ids

    def __getattr__(self, name: str) -> httpx2.AsyncClient:
        return self.clients[name]


@pytest.fixture
async def team(client_for: Callable[..., Awaitable[httpx2.AsyncClient]]) -> Team:
    clients, ids = {}, {}
    for name in ("one", "two", "judge", "other"):
        clients[name] = await client_for(Role.READER)
        ids[name] = (await clients[name].get("/api/v1/people/me")).json()["id"]
    clients["curator"] = await client_for(Role.CURATOR)
    for user in ids.values():
        await give_credential(clients["curator"], user)
    return Team(clients, ids)


async def give_credential(curator: httpx2.AsyncClient, user: str, **more: Any) -> None:
    """Let a reader read CT and slides."""
    body = {"modalities": ["CT", "SM"], "languages": ["ja"], **more}
    answer = await curator.put(f"/api/v1/annotate/readers/{user}/credential", json=body)
    assert answer.status_code == 200, answer.text


async def step_up(client: httpx2.AsyncClient) -> None:
    """Set up an authenticator and prove oneself, as a person with an app does."""
    people = "/api/v1/people"
    if (await client.get(f"{people}/second-factor")).json()["fresh_until"]:
        return
    begun = await client.post(f"{people}/second-factor")
    assert begun.status_code == 201, begun.text
    seed = base64.b32decode(begun.json()["secret"])
    now = time.time()
    for path, seconds in (("second-factor/confirm", now - 30), ("step-up", now)):
        body = {"code": code_at(seed, seconds)}
        answer = await client.post(f"{people}/{path}", json=body)
        assert answer.status_code == 200, answer.text


async def sign(client: httpx2.AsyncClient, task: UUID | str) -> httpx2.Response:
    """Prove oneself and sign."""
    await step_up(client)
    return await client.post(f"/api/v1/annotate/tasks/{task}/sign")


@pytest.fixture
async def task(series: Series, team: Team, run_jobs: Callable[[], Awaitable[int]]) -> UUID:
    """A task for two readers on the series, its image prepared."""
    return await hand_out(team, run_jobs, series_ids=[str(series.id)], vocabulary="abdomen-ct")


async def hand_out(team: Team, run_jobs: Callable[[], Awaitable[int]], **more: Any) -> UUID:
    answer = await team.curator.post(
        "/api/v1/annotate/tasks",
        json={"readers": [team.ids["one"], team.ids["two"]], "adjudicator": team.ids["judge"]}
        | more,
    )
    assert answer.status_code == 201, answer.text
    await run_jobs()
    return UUID(answer.json()[0]["id"])


async def begin(client: httpx2.AsyncClient) -> dict[str, Any]:
    """Take the next case and open it."""
    answer = await client.post("/api/v1/annotate/next")
    assert answer.status_code == 200, answer.text
    opened = await client.post(f"/api/v1/annotate/attempts/{answer.json()['id']}/open", json={})
    assert opened.status_code == 200, opened.text
    body: dict[str, Any] = opened.json()
    return body


async def draw(client: httpx2.AsyncClient, opened: dict[str, Any], *masks: Any) -> dict[str, Any]:
    """Post one stroke of (mask, group, number) triples."""
    runs = [run for mask, group, number in masks for run in runs_of(mask, group, number)]
    saved = await client.post(
        f"/api/v1/annotate/attempts/{opened['id']}/strokes",
        json={
            "lease": opened["lease"],
            "seq": opened["last_seq"] + 1,
            "previous": opened["last_hash"],
            "runs": runs,
        },
    )
    assert saved.status_code == 201, saved.text
    opened["last_seq"], opened["last_hash"] = saved.json()["seq"], saved.json()["hash"]
    return opened


async def submit(
    client: httpx2.AsyncClient, opened: dict[str, Any], **said: Any
) -> httpx2.Response:
    body = {"lease": opened["lease"], "said": {k: {"said": v} for k, v in said.items()}}
    return await client.post(f"/api/v1/annotate/attempts/{opened['id']}/submit", json=body)


async def read_both(
    team: Team, run_jobs: Callable[[], Awaitable[int]], *, lesion_of_two: np.ndarray | None
) -> None:
    """Let both readers draw liver and lesion and submit; None = reader two sees no lesion."""
    for client, lesion in ((team.one, LESION), (team.two, lesion_of_two)):
        opened = await begin(client)
        masks = [(LIVER, "organs", 1)]
        if lesion is not None:
            masks.append((lesion, "lesions", 7))
        await draw(client, opened, *masks)
        said = {} if lesion is not None else {"lesion": "absent"}
        answer = await submit(client, opened, **said)
        assert answer.status_code == 200, answer.text
    await run_jobs()
