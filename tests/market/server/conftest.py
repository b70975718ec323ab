"""A frozen version of two hospitals with stored bytes, consents, contracts and a product."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.allow import Basis, Use
from renkei.consent.server.tables import Agreement, Approval, Consent
from renkei.people.server.tables import Organisation, OrganisationKind
from renkei.preprocess.server.tables import Plan, PlanRun, RunState
from renkei.proof.version import FileLine, build_version
from renkei.publish.server.tables import (
    Dataset,
    Product,
    ProductKind,
    Version,
    VersionCase,
    VersionState,
)
from renkei.server.actor import Actor, Role
from renkei.server.storage import StoredObject, store
from renkei.subjects.server.tables import Series, Study, Subject

TODAY = datetime.now(UTC).date()
SALT = bytes(range(32)).hex()


@dataclass
class Frozen:
    """What the tests need of the version."""

    version: Version
    product: Product
    subjects: dict[UUID, list[Subject]]
    contents: dict[str, bytes]


@dataclass
class People:
    """Who takes part in a sale."""

    curator: Actor
    operator: Actor
    licensee: Actor
    rival: Actor


@pytest.fixture
async def people(session: AsyncSession) -> People:
    """Add an operator and two licensees."""
    rows = [
        Organisation(kind=OrganisationKind.OPERATOR, name="連携運営機構"),
        Organisation(kind=OrganisationKind.LICENSEE, name="AI firm"),
        Organisation(kind=OrganisationKind.LICENSEE, name="Rival firm"),
    ]
    session.add_all(rows)
    await session.commit()
    operator, firm, rival = (row.id for row in rows)
    return People(
        Actor(str(uuid4()), Role.CURATOR, operator),
        Actor(str(uuid4()), Role.OPERATOR, operator),
        Actor(str(uuid4()), Role.LICENSEE, firm),
        Actor(str(uuid4()), Role.LICENSEE, rival),
    )


@pytest.fixture
async def frozen(session: AsyncSession, site_a: Any, site_b: Any, people: People) -> Frozen:
    """Freeze a version with 4 patients of hospital A and 2 of B; one of A is in the test part."""
    operator = people.operator.organisation
    assert operator is not None
    dataset = Dataset(name=f"liver-{uuid4().hex[:6]}", title_en="Liver CT", title_ja="肝臓 CT")
    plan = Plan(name="p", version="1", sha256=uuid4().hex * 2, toml="", roles={}, many=[])
    approval = Approval(
        committee="IRB",
        number=f"IRB-{uuid4().hex[:6]}",
        title="t",
        modalities=[],
        data_types=["image", "label"],
        purposes=[use.value for use in Use],
        sites=[str(site_a.id), str(site_b.id)],
        commercial=True,
        expires=TODAY + timedelta(days=900),
    )
    session.add_all([dataset, plan, approval])
    await session.flush()
    version = Version(
        dataset_id=dataset.id, number="1.0.0", split_key="s", id_key="i", shares={"train": 1}
    )
    session.add(version)
    await session.flush()
    made = Frozen(version, None, {}, {})  # type: ignore[arg-type]
    lines: list[FileLine] = []
    salts: dict[str, bytes] = {}
    for site, count in ((site_a, 4), (site_b, 2)):
        agreement = Agreement(
            site_id=site.id,
            operator_id=operator,
            number=f"K-{uuid4().hex[:6]}",
            uses=[42, 21],
            commercial=True,
            fee_share_bp=7_000,
            starts=TODAY - timedelta(days=1),
            ends=TODAY + timedelta(days=900),
        )
        session.add(agreement)
        await session.flush()
        for n in range(count):
            split = "test" if site is site_a and n == 0 else "train"
            case = await add_case(session, made, site.id, approval, agreement, plan, n, split)
            salts[case.released_subject] = bytes.fromhex(SALT)
            lines += [FileLine(**{**x, "sources": ()}) for x in case.lines or []]
    manifest = build_version({"number": "1.0.0", "dataset": "liver"}, lines, salts)
    version.header = dict(manifest.header)
    version.root, version.version_hash = manifest.root.hex(), manifest.id
    version.state = VersionState.FROZEN
    made.product = Product(
        kind=ProductKind.DATASET, name="Liver CT", hash=manifest.id, version_id=version.id
    )
    session.add(made.product)
    await session.commit()
    return made


async def add_case(
    session: AsyncSession,
    made: Frozen,
    site: UUID,
    approval: Approval,
    agreement: Agreement,
    plan: Plan,
    n: int,
    split: str,
) -> VersionCase:
    """Add one patient with a consent, a processed series and its two stored files."""
    subject = Subject(site_id=site, pseudonym=f"P{n}", sex="F" if n % 2 else "M", age=50 + n)
    session.add(subject)
    await session.flush()
    made.subjects.setdefault(site, []).append(subject)
    study = Study(subject_id=subject.id, site_id=site, study_uid=f"1.{uuid4().int}"[:60])
    session.add(study)
    await session.flush()
    series = Series(
        study_id=study.id,
        subject_id=subject.id,
        site_id=site,
        series_uid=f"1.{uuid4().int}"[:60],
        modality="CT",
    )
    consent = Consent(
        subject_id=subject.id,
        site_id=site,
        approval_id=approval.id,
        agreement_id=agreement.id,
        basis=Basis.OPT_IN,
        version="1",
        commercial=True,
        data_types=["image", "label"],
        date_ok=True,
        in_approval_period=True,
        in_opt_out_window=True,
        adult=True,
    )
    session.add_all([series, consent])
    await session.flush()
    run = PlanRun(
        plan_id=plan.id,
        series_id=series.id,
        subject_id=subject.id,
        site_id=site,
        key=uuid4().hex,
        by="test",
        state=RunState.DONE,
    )
    session.add(run)
    await session.flush()
    released = f"sub-{uuid4().hex[:10]}"
    kept: dict[str, StoredObject] = {}
    lines = []
    for role, name in (("image", "image.nii.gz"), ("labels", "labels.rlab")):
        path = f"{released}/case-1/{name}"
        data = f"{role} of {released} ".encode() * 6000
        made.contents[path] = data
        kept[role] = await store(session, data, site_id=site, subject_id=subject.id)
        lines.append(
            {
                "path": path,
                "size": len(data),
                "sha256": kept[role].plain_sha256,
                "role": role,
                "subject": released,
                "split": split,
            }
        )
    case = VersionCase(
        version_id=made.version.id,
        subject_id=subject.id,
        site_id=site,
        series_id=series.id,
        run_id=run.id,
        salt=SALT,
        released_subject=released,
        released_case=f"case-{uuid4().hex[:6]}",
        split=split,
        image_object_id=kept["image"].id,
        image_sha256=kept["image"].plain_sha256,
        image_size=kept["image"].size,
        label_object_id=kept["labels"].id,
        label_sha256=kept["labels"].plain_sha256,
        label_size=kept["labels"].size,
        facts={"sex": subject.sex, "age_band": "40-64", "maker": "M"},
        lines=lines,
    )
    session.add(case)
    await session.flush()
    return case


@pytest.fixture
def acting(as_actor: Any) -> Callable[[AsyncSession, Actor], Any]:
    """Return the context manager that makes a session somebody else's."""
    return as_actor  # type: ignore[no-any-return]
