"""Selected and signed cases in storage, as the steps before leave them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import TaskState
from renkei.annotate.server.keep import Made, keep_label, target_of
from renkei.annotate.server.key import signing_key
from renkei.annotate.server.tables import Origin, Signature, Task
from renkei.annotate.sign import FIRST, Meaning, Statement, sign_statement
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.labels import LabelSet, label_hash, pack
from renkei.imaging.made import made_ct
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.volume import Volume
from renkei.people.server.tables import User
from renkei.select.server.tables import Verdict
from renkei.select.verdict import Outcome
from renkei.server.actor import Role
from renkei.server.storage import store
from renkei.subjects.server.tables import (
    Instance,
    Rendition,
    Series,
    Source,
    Study,
    Subject,
)

AddSeries = Callable[..., Awaitable[Series]]


@pytest.fixture
def add_subject(session: AsyncSession) -> Callable[..., Awaitable[Subject]]:
    count = iter(range(100))

    async def add(site: Any) -> Subject:
        subject = Subject(site_id=site.id, pseudonym=f"P-{next(count)}", age=50, made=True)
        session.add(subject)
        await session.flush()
        return subject

    return add


@pytest.fixture
def add_series(session: AsyncSession) -> AddSeries:
    """Return a function that stores a volume as a NIfTI series, judged as said."""
    count = iter(range(100))

    async def add(
        subject: Subject, volume: Volume, outcome: Outcome | None = Outcome.ACCEPT
    ) -> Series:
        n = next(count)
        own = {"subject_id": subject.id, "site_id": subject.site_id}
        study = Study(study_uid=f"2.25.1{n}", **own)
        session.add(study)
        await session.flush()
        series = Series(
            study_id=study.id,
            series_uid=f"2.25.2{n}",
            modality=volume.modality,
            source=Source.NIFTI,
            **own,
        )
        session.add(series)
        await session.flush()
        instance = Instance(series_id=series.id, sop_uid=f"2.25.3{n}", number=1, **own)
        session.add(instance)
        await session.flush()
        kept = await store(
            session,
            nifti_bytes(volume),
            site_id=subject.site_id,
            subject_id=subject.id,
        )
        file = {"sha256": kept.plain_sha256, "object_id": kept.id, "transfer_syntax": "nifti"}
        session.add(Rendition(instance_id=instance.id, **file, **own))
        if outcome is not None:
            verdict = Verdict(
                recipe_sha256="0" * 64,
                modality=volume.modality,
                outcome=outcome,
                standing=outcome,
                reasons=[],
                metrics=[],
                stratum={},
                series_id=series.id,
                **own,
            )
            session.add(verdict)
        await session.commit()
        return series

    return add


@pytest.fixture
def sign(session: AsyncSession) -> Callable[..., Awaitable[Signature]]:
    """Return a function that signs labels of a series as an adjudicator does."""

    count = iter(range(1, 100))

    async def sign_labels(series: Series, labels: LabelSet) -> Signature:
        signer = User(
            organisation_id=series.site_id,
            email=f"{series.id}@example.org",
            name="Signer",
            role=Role.READER,
        )
        task = Task(
            subject_id=series.subject_id,
            site_id=series.site_id,
            series_id=series.id,
            modality=series.modality,
            vocabulary=labels.vocabulary,
            protocol="double",
            readers_left=0,
            state=TaskState.SIGNED,
        )
        session.add_all([signer, task])
        await session.flush()
        made = Made(pack(labels), label_hash(labels), ())
        label = await keep_label(
            session, target_of(task), made, origin=Origin.SETTLED, authors=["x"]
        )
        statement = Statement(
            label=made.hash,
            vocabulary=labels.vocabulary,
            source="",
            comparison="",
            meaning=Meaning.ADJUDICATOR,
            signer=str(signer.id),
            authors=("x",),
            signed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        signature = Signature(
            subject_id=series.subject_id,
            site_id=series.site_id,
            task_id=task.id,
            label_id=label.id,
            series_id=series.id,
            number=next(count),
            hash=made.hash,
            signer_id=signer.id,
            note=sign_statement(statement, signing_key()),
            previous=FIRST,
        )
        session.add(signature)
        await session.commit()
        return signature

    return sign_labels


@pytest.fixture(scope="session")
def made_case() -> tuple[Volume, LabelSet]:
    volume, labels = made_ct(5)
    return volume, replace(labels, vocabulary=load_vocabulary("abdomen-ct").reference)


@pytest.fixture
async def ready(site_a, add_subject, add_series, sign, made_case) -> Series:
    """A selected, signed made CT of the first hospital."""
    volume, labels = made_case
    series: Series = await add_series(await add_subject(site_a), volume)
    await sign(series, labels)
    return series
