"""Cases of two hospitals that are ready for a dataset: lawful, selected, signed, processed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.allow import Basis, Use
from renkei.consent.server.tables import Agreement, Approval, Consent
from renkei.imaging.codes import LESION, LIVER
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment, pack
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.volume import Volume
from renkei.people.server.tables import Organisation, OrganisationKind
from renkei.preprocess.plan import load_plan
from renkei.preprocess.server.plans import keep_plan
from renkei.preprocess.server.tables import Plan, PlanRun, RunState
from renkei.publish.server.dataset import open_dataset, open_draft
from renkei.publish.server.fill import add_ready_cases
from renkei.publish.server.tables import Version
from renkei.select.server.tables import Verdict
from renkei.select.verdict import Outcome
from renkei.server.storage import store
from renkei.subjects.server.tables import Instance, Rendition, Series, Study, Subject

GEOMETRY = Geometry((6, 10, 10), (3.0, 2.0, 2.0))


@dataclass(frozen=True)
class Governance:
    """The approval and agreement of one hospital."""

    approval: Approval
    agreement: Agreement


def image_and_labels(seed: int) -> tuple[bytes, bytes]:
    random = np.random.default_rng(seed)
    liver = np.zeros(GEOMETRY.shape, bool)
    liver[1:5, 2:8, 2:8] = True
    sick = np.zeros_like(liver)
    if seed % 2:
        sick[2:4, 4:6, 4:6] = True
    voxels = (60 * liver - 30 * sick + random.normal(0, 5, liver.shape)).astype(np.int16)
    segments = (Segment(1, "liver", LIVER, liver), Segment(2, "lesion", LESION, sick))
    labels = LabelSet(GEOMETRY, segments, "abdomen/1")
    return nifti_bytes(Volume(voxels, GEOMETRY, "CT")), pack(labels)


@pytest.fixture
async def plan(session: AsyncSession) -> Plan:
    return await keep_plan(session, toml=load_plan("ct_standard").text)


@pytest.fixture
async def govern(session: AsyncSession) -> Callable[..., Awaitable[Governance]]:
    """Return a function that gives a hospital an approval and an agreement."""
    operator = Organisation(kind=OrganisationKind.OPERATOR, name="Operator")
    session.add(operator)
    await session.flush()

    async def make(site) -> Governance:
        approval = Approval(
            committee="Ethics",
            number=f"E-{site.name[-1]}",
            title="A study",
            modalities=[],
            data_types=["image", "label"],
            purposes=[str(use) for use in Use],
            sites=[str(site.id)],
            commercial=True,
            expires=date(2099, 1, 1),
        )
        agreement = Agreement(
            site_id=site.id,
            operator_id=operator.id,
            number=f"A-{site.name[-1]}",
            uses=[42],
            commercial=True,
            fee_share_bp=7000,
            starts=date(2020, 1, 1),
            ends=date(2099, 1, 1),
        )
        session.add_all([approval, agreement])
        await session.flush()
        return Governance(approval, agreement)

    return make


@pytest.fixture
def add_case(session: AsyncSession, plan: Plan) -> Callable[..., Awaitable[Series]]:
    """Return a function that adds one ready case of a new subject."""

    async def add(
        site, governance: Governance, seed: int, *, made: bool = False, files=None
    ) -> Series:
        subject = Subject(
            id=uuid4(),
            site_id=site.id,
            pseudonym=f"P{seed}",
            sex="FM"[seed // 2 % 2],
            age=30 + seed % 50,
            made=made,
        )
        both = {"subject_id": subject.id, "site_id": site.id}
        study = Study(**both, id=uuid4(), study_uid=f"1.2.{uuid4().int}")
        series = Series(
            **both,
            id=uuid4(),
            study_id=study.id,
            series_uid=f"1.3.{uuid4().int}",
            modality="CT",
            manufacturer="Maker",
        )
        instance = Instance(**both, id=uuid4(), series_id=series.id, sop_uid=f"1.4.{uuid4().int}")
        for row in (subject, study, series, instance):
            session.add(row)
            await session.flush()
        image, labels = files or image_and_labels(seed)
        stored = await store(session, image, **both)
        packed = await store(session, labels, **both)
        session.add_all(
            [
                _consent(both, governance),
                Rendition(
                    **both,
                    instance_id=instance.id,
                    sha256=f"{seed:064x}",
                    object_id=stored.id,
                    transfer_syntax="1.2.840.10008.1.2.1",
                ),
                _verdict(series),
                PlanRun(
                    **both,
                    plan_id=plan.id,
                    series_id=series.id,
                    key=f"{series.id}",
                    by="test",
                    state=RunState.DONE,
                    image_object_id=stored.id,
                    image_sha256=stored.plain_sha256,
                    label_object_id=packed.id,
                    label_sha256=packed.plain_sha256,
                    label_source_sha256="cd" * 32,
                    signature_id=uuid4(),
                ),
            ]
        )
        await session.flush()
        return series

    return add


def _consent(both: dict, governance: Governance) -> Consent:
    return Consent(
        **both,
        approval_id=governance.approval.id,
        agreement_id=governance.agreement.id,
        basis=Basis.OPT_IN,
        version="1",
        commercial=True,
        data_types=["image", "label"],
        date_ok=True,
        in_approval_period=True,
        in_opt_out_window=True,
        adult=True,
    )


def _verdict(series: Series) -> Verdict:
    return Verdict(
        subject_id=series.subject_id,
        site_id=series.site_id,
        series_id=series.id,
        recipe_sha256="ef" * 32,
        modality="CT",
        outcome=Outcome.ACCEPT,
        standing=Outcome.ACCEPT,
        reasons=[],
        metrics=[],
        stratum={},
    )


@pytest.fixture
async def ready(govern, add_case, site_a, site_b) -> list[Series]:
    """Add ten cases of the first hospital and eight of the second."""
    a, b = await govern(site_a), await govern(site_b)
    found = [await add_case(site_a, a, n) for n in range(10)]
    return found + [await add_case(site_b, b, 100 + n, made=n >= 4) for n in range(8)]


@pytest.fixture
async def draft(session: AsyncSession, ready: list[Series]) -> Version:
    """Open a draft with every ready case."""
    dataset = await open_dataset(session, name="liver", title_en="Liver", title_ja="肝臓")
    version = await open_draft(session, dataset_id=dataset.id)
    await add_ready_cases(session, version_id=version.id)
    return version
