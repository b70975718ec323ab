"""A reader sees the rest of the examination and the one before, under the task's own names."""

from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import GRID, LIVER, SHAPE, Team, begin, draw, submit

from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.volume import Volume
from renkei.server.storage import store
from renkei.subjects.server.tables import (
    Instance,
    Rendition,
    Series,
    Source,
    Study,
    Subject,
)

API = "/api/v1/annotate"


async def add_series(session: AsyncSession, study: Study, number: int, **more: Any) -> Series:
    """Add a NIfTI series whose voxels all have its number."""
    own = {"subject_id": study.subject_id, "site_id": study.site_id}
    more = {"modality": "CT", "source": Source.NIFTI} | more
    row = Series(study_id=study.id, series_uid=f"2.25.9{number}", **more, **own)
    session.add(row)
    await session.flush()
    instance = Instance(series_id=row.id, sop_uid=f"2.25.8{number}", number=1, **own)
    session.add(instance)
    await session.flush()
    data = nifti_bytes(Volume(np.full(SHAPE, number, dtype=np.int16), GRID, "CT"))
    kept = await store(session, data, site_id=study.site_id, subject_id=study.subject_id)
    session.add(
        Rendition(
            instance_id=instance.id,
            sha256=kept.plain_sha256,
            object_id=kept.id,
            transfer_syntax="nifti",
            **own,
        )
    )
    await session.flush()
    return row


@pytest.fixture
async def around(session: AsyncSession, subject: Subject, series: Series) -> dict[str, Series]:
    """Another phase, labels, an earlier, a still earlier and a later study of the same person."""
    own = {"subject_id": subject.id, "site_id": subject.site_id}
    study = await session.get_one(Study, series.study_id)
    study.date, series.frame_of_reference_uid = date(2025, 3, 20), "2.25.100"
    made = {
        "phase": await add_series(
            session, study, 1, description="arterial", frame_of_reference_uid="2.25.100"
        ),
        "labels": await add_series(session, study, 2, modality="SEG"),
    }
    days = {"before": date(2025, 3, 6), "older": date(2025, 1, 2), "later": date(2025, 6, 5)}
    for number, (name, day) in enumerate(days.items(), start=3):
        other = Study(study_uid=f"2.25.5{number}", date=day, **own)
        session.add(other)
        await session.flush()
        made[name] = await add_series(
            session, other, number, frame_of_reference_uid=f"2.25.10{number}"
        )
    await session.commit()
    return made


async def test_a_reader_sees_the_other_phase_and_the_study_before_and_nothing_later(
    around: dict[str, Series], team: Team, task: UUID
) -> None:
    answer = await team.one.get(f"{API}/tasks/{task}/context")
    phase, before = answer.json()
    assert (phase["description"], phase["prior"], phase["frame"]) == ("arterial", False, 0)
    assert (before["prior"], before["days_before"], before["frame"]) == (True, 14, 1)
    for one in around.values():
        assert str(one.id) not in answer.text
        assert one.series_uid not in answer.text


async def test_its_voxels_come_below_the_task_and_only_to_who_has_a_part(
    around: dict[str, Series], team: Team, task: UUID
) -> None:
    before = (await team.one.get(f"{API}/tasks/{task}/context")).json()[1]
    below = f"{API}/tasks/{task}/context/{before['key']}"
    header = (await team.one.get(f"{below}/volume")).json()
    assert header["shape"] == list(SHAPE)
    assert header["only_acquired"] == []
    assert "sop_uids" not in header
    slab = await team.one.get(f"{below}/slabs/0")
    stored = np.frombuffer(slab.content, "<i2") * header["slope"] + header["intercept"]
    assert (stored == 3).all()
    assert stored.size == np.prod(SHAPE)
    assert (await team.one.get(f"{below}/slabs/1")).status_code == 404
    for tail in ("volume", "slabs/0"):
        assert (await team.other.get(f"{below}/{tail}")).status_code == 404
    # The rights are the task's: a reader asks for no series by its own id.
    own = await team.one.get(f"/api/v1/subjects/series/{around['before'].id}")
    assert own.status_code == 403
    unknown = f"{API}/tasks/{task}/context/{'0' * 24}/volume"
    assert (await team.one.get(unknown)).status_code == 404


async def test_it_is_the_same_whatever_the_other_reader_does_and_ends_with_the_task(
    around: dict[str, Series], team: Team, task: UUID
) -> None:
    await begin(team.one)
    before = await team.one.get(f"{API}/tasks/{task}/context")
    theirs = await begin(team.two)
    await draw(team.two, theirs, (LIVER, "organs", 1))
    assert (await submit(team.two, theirs, lesion="absent")).status_code == 200
    assert (await team.one.get(f"{API}/tasks/{task}/context")).content == before.content
    ended = await team.curator.post(f"{API}/tasks/{task}/exclude", json={"reason": "not needed"})
    assert ended.status_code == 200
    assert (await team.one.get(f"{API}/tasks/{task}/context")).json() == []
