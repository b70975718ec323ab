"""Series of made cases in storage, as intake leaves them."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.imaging.made import made_ct
from renkei.imaging.nifti import nifti_bytes
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

SVS = Path("samples/wsi/cmu_small_region.svs").read_bytes()
AddSeries = Callable[..., Awaitable[Series]]


@pytest.fixture
def add_series(session: AsyncSession) -> AddSeries:
    """Return a function that stores a made CT of a new subject at a site."""
    count = iter(range(100))

    async def add(site: Any, *, seed: int = 3, noise: float = 1.0, age: int | None = 50) -> Series:
        volume, _ = made_ct(seed, noise=noise)
        n = next(count)
        subject = Subject(site_id=site.id, pseudonym=f"P-{n}", age=age, made=True)
        session.add(subject)
        await session.flush()
        own = {"subject_id": subject.id, "site_id": site.id}
        study = Study(study_uid=f"2.25.1{n}", **own)
        session.add(study)
        await session.flush()
        series = Series(
            study_id=study.id,
            series_uid=f"2.25.2{n}",
            modality="CT",
            body_part=volume.facts.body_part,
            kernel=volume.facts.kernel,
            thickness_mm=volume.facts.thickness_mm,
            model=volume.facts.model,
            source=Source.NIFTI,
            **own,
        )
        session.add(series)
        await session.flush()
        instance = Instance(series_id=series.id, sop_uid=f"2.25.3{n}", number=1, **own)
        session.add(instance)
        await session.flush()
        kept = await store(session, nifti_bytes(volume), site_id=site.id, subject_id=subject.id)
        session.add(
            Rendition(
                instance_id=instance.id,
                sha256=kept.plain_sha256,
                object_id=kept.id,
                transfer_syntax="nifti",
                pixel_sha256=f"{seed}-{noise}",
                **own,
            )
        )
        await session.commit()
        return series

    return add


@pytest.fixture
async def slide(session: AsyncSession, site_a: Any) -> Slide:
    """The real slide in storage."""
    subject = Subject(site_id=site_a.id, pseudonym="S", age=61)
    session.add(subject)
    await session.flush()
    kept = await store(session, SVS, site_id=site_a.id, subject_id=subject.id)
    row = Slide(
        subject_id=subject.id,
        site_id=site_a.id,
        sha256=kept.plain_sha256,
        object_id=kept.id,
        width=2220,
        height=2967,
        mpp=0.499,
    )
    session.add(row)
    await session.commit()
    return row
