"""Images that a hospital has sent: a made CT as DICOM, a NIfTI and a slide."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.imaging.dicom import instance_facts, read_header
from renkei.imaging.geometry import Geometry
from renkei.imaging.made import write_ct_series
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.volume import Volume
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

SLIDE = Path("samples/wsi/cmu_small_region.svs").read_bytes()


@dataclass(frozen=True)
class Held:
    """What was stored: ids, UIDs, the files and the volume in them."""

    subject_id: UUID
    series_id: UUID
    study_uid: str
    series_uid: str
    sop_uids: tuple[str, ...]
    files: tuple[bytes, ...]
    volume: Volume

    @property
    def address(self) -> str:
        """Return the series' address below a root."""
        return f"studies/{self.study_uid}/series/{self.series_uid}"


def small_ct(slices: int = 20, seed: int = 0) -> Volume:
    """Return a small CT with a different value in every voxel row."""
    shape = (slices, 12, 10)
    voxels = np.random.default_rng(seed).integers(-1000, 2000, shape).astype(np.int16)
    place = Geometry(shape, (2.5, 0.8, 0.7), (-3.5, -4.0, 100.0))
    return Volume(voxels, place, "CT")


async def hold_ct(session: AsyncSession, site: Any, pseudonym: str, *, seed: int = 0) -> Held:
    """Write a CT of a new subject into storage and facts."""
    volume = small_ct(seed=seed)
    header = {"PatientID": pseudonym, "PatientName": pseudonym}
    return await hold_files(session, site, write_ct_series(volume, header), pseudonym, volume)


async def hold_files(
    session: AsyncSession,
    site: Any,
    files: list[bytes],
    pseudonym: str = "P-9",
    volume: Volume | None = None,
) -> Held:
    """Write the files of one series into storage and facts; UIDs that are missing are made up."""
    facts = [instance_facts(read_header(data)) for data in files]
    subject = Subject(site_id=site.id, pseudonym=pseudonym)
    session.add(subject)
    await session.flush()
    own = {"subject_id": subject.id, "site_id": site.id}
    study = Study(study_uid=facts[0].study_uid or "2.25.1", description="Abdomen", **own)
    session.add(study)
    await session.flush()
    series = Series(
        study_id=study.id,
        series_uid=facts[0].series_uid or "2.25.2",
        modality="CT",
        description="MADE PHANTOM",
        instances=len(files),
        **own,
    )
    session.add(series)
    await session.flush()
    uids = [one.sop_uid or f"2.25.3{n}" for n, one in enumerate(facts)]
    for data, one, uid in zip(files, facts, uids, strict=True):
        instance = Instance(series_id=series.id, sop_uid=uid, number=one.number, **own)
        session.add(instance)
        await session.flush()
        await _rendition(session, instance, data, one.transfer_syntax)
    await session.commit()
    return Held(
        subject.id,
        series.id,
        study.study_uid,
        series.series_uid,
        tuple(uids),
        tuple(files),
        volume or small_ct(),
    )


async def _rendition(session: AsyncSession, instance: Instance, data: bytes, syntax: str) -> None:
    own = {"subject_id": instance.subject_id, "site_id": instance.site_id}
    stored = await store(session, data, **own)
    session.add(
        Rendition(
            instance_id=instance.id,
            sha256=stored.plain_sha256,
            object_id=stored.id,
            transfer_syntax=syntax,
            **own,
        )
    )
    await session.flush()


@pytest.fixture
async def ct(session: AsyncSession, site_a: Any) -> Held:
    """Hold a CT of 20 slices at the first hospital."""
    return await hold_ct(session, site_a, "P-0001-SECRET")


@pytest.fixture
async def nifti(session: AsyncSession, site_a: Any, ct: Held) -> UUID:
    """Hold the same volume as a NIfTI series of the same subject; return its id."""
    data = nifti_bytes(ct.volume)
    own = {"subject_id": ct.subject_id, "site_id": site_a.id}
    study = Study(study_uid="2.25.77", **own)
    session.add(study)
    await session.flush()
    series = Series(
        study_id=study.id,
        series_uid="2.25.78",
        modality="CT",
        source=Source.NIFTI,
        instances=1,
        **own,
    )
    session.add(series)
    await session.flush()
    instance = Instance(series_id=series.id, sop_uid="2.25.79", **own)
    session.add(instance)
    await session.flush()
    await _rendition(session, instance, data, "nifti")
    await session.commit()
    return series.id


@pytest.fixture
async def slide(session: AsyncSession, site_a: Any, ct: Held) -> UUID:
    """Hold the sample slide; return its id."""
    stored = await store(session, SLIDE, site_id=site_a.id, subject_id=ct.subject_id)
    row = Slide(
        subject_id=ct.subject_id,
        site_id=site_a.id,
        sha256=stored.plain_sha256,
        object_id=stored.id,
        width=2220,
        height=2967,
        mpp=0.499,
    )
    session.add(row)
    await session.commit()
    return row.id


OpenRoot = Callable[..., Awaitable[str]]


@pytest.fixture
def open_root() -> OpenRoot:
    """Return a function that opens a root by the route and gives its path."""

    async def call(client: Any, **body: Any) -> str:
        said = {
            key: [str(v) for v in value] if isinstance(value, list) else value
            for key, value in body.items()
        }
        answer = await client.post("/api/v1/dicomweb/roots", json=said)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["path"])

    return call
