from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.publish.server.conftest import add_case, govern, plan
from tests.synthesize.conftest import patient

from renkei.consent.server.recall import recall_subject
from renkei.consent.server.tables import RecallEffect, RecallKind
from renkei.imaging.labels import pack
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.synthetic import nifti_mark
from renkei.publish.server.dataset import open_dataset, open_draft
from renkei.publish.server.fill import add_ready_cases
from renkei.publish.server.freeze import freeze_version
from renkei.publish.server.tables import Product, ProductKind, Version, VersionCase
from renkei.server.actor import Role
from renkei.server.storage import ObjectErasedError, load
from renkei.synthesize.server.synthesize import UnknownParameterError, do_set, open_set
from renkei.synthesize.server.tables import SetState, SyntheticCase, SyntheticSet

__all__ = ["add_case", "govern", "plan"]


@pytest.fixture
async def frozen(
    session: AsyncSession,
    govern: Callable,
    add_case: Callable,
    site_a,
) -> Version:
    """Freeze twelve patients of one hospital."""
    governance = await govern(site_a)
    for n in range(12):
        volume, labels = patient(n)
        await add_case(site_a, governance, n, files=(nifti_bytes(volume), pack(labels)))
    dataset = await open_dataset(session, name="liver", title_en="Liver", title_ja="肝臓")
    draft = await open_draft(session, dataset_id=dataset.id)
    await add_ready_cases(session, version_id=draft.id)
    return await freeze_version(session, version_id=draft.id)


async def made(session: AsyncSession, version_id, **more: object) -> SyntheticSet:
    row = await open_set(
        session, version_id=version_id, generator="procedural_lesion", count=3, **more
    )
    set_id = row.id
    await session.commit()
    await do_set(set_id)
    session.expire_all()
    return (await session.scalars(select(SyntheticSet).where(SyntheticSet.id == set_id))).one()


async def cases(session: AsyncSession) -> list[SyntheticCase]:
    return list(await session.scalars(select(SyntheticCase).order_by(SyntheticCase.name)))


async def test_a_set_that_passed_is_a_product_and_its_cases_are_marked_and_named_by_parent(
    session: AsyncSession, frozen: Version
) -> None:
    row = await made(session, frozen.id)
    assert (row.state, row.made) == (SetState.PASSED, 3)
    for case in await cases(session):
        parent = await session.get_one(VersionCase, case.parent_id)
        assert (parent.split, parent.subject_id) == ("train", case.subject_id)
        assert nifti_mark(await load(session, case.image_object_id)).seed == case.seed
    product = (
        await session.scalars(select(Product).where(Product.kind == ProductKind.SYNTHETIC_SET))
    ).one()
    assert product.hash == row.sha256
    await do_set(row.id)  # a second time changes nothing
    assert await session.scalar(select(func.count(SyntheticCase.id))) == 3


async def test_a_refused_set_is_kept_with_its_reason_and_is_no_product(
    session: AsyncSession, frozen: Version
) -> None:
    params = {"delta_low": -9000.0, "delta_high": -8000.0}
    row = await made(session, frozen.id, params=params)
    assert row.state is SetState.REFUSED
    assert row.document["gate"]["state"] == "refused"
    kinds = await session.scalars(select(Product.kind))
    assert ProductKind.SYNTHETIC_SET not in set(kinds)


async def test_a_strange_parameter_is_refused(session: AsyncSession, frozen: Version) -> None:
    with pytest.raises(UnknownParameterError):
        await open_set(
            session,
            version_id=frozen.id,
            generator="procedural_lesion",
            count=1,
            params={"size": 1.0},
        )


async def test_the_recall_of_a_parent_recalls_the_set_and_erases_the_child(
    session: AsyncSession, frozen: Version, run_jobs: Callable
) -> None:
    await made(session, frozen.id)
    child = (await cases(session))[0]
    subject, image = child.subject_id, child.image_object_id
    await recall_subject(
        session, subject_id=subject, kind=RecallKind.WITHDRAWAL, reason="asked for"
    )
    await session.commit()
    await run_jobs()
    session.expire_all()
    with pytest.raises(ObjectErasedError):
        await load(session, image)
    row = (await session.scalars(select(SyntheticSet))).one()
    assert row.recalled_at is not None
    product = (
        await session.scalars(select(Product).where(Product.kind == ProductKind.SYNTHETIC_SET))
    ).one()
    assert (product.listable, product.why_not) == (False, "parent_recalled")
    effects = await session.scalars(select(RecallEffect).where(RecallEffect.folder == "synthesize"))
    assert {e.what: e.count for e in effects}["sets"] == 1


async def test_the_routes_start_a_set_and_show_its_gate(
    session: AsyncSession, frozen: Version, client_for: Callable, run_jobs: Callable, site_b
) -> None:
    version_id = str(frozen.id)
    await session.commit()
    curator = await client_for(Role.CURATOR)
    [generator] = (await curator.get("/api/v1/synthesize/generators")).json()
    assert generator["params"]["lesions"] >= 1
    name = generator["name"]
    body = {"version_id": version_id, "count": 2, "seed": 5, "generator": name}
    started = await curator.post("/api/v1/synthesize/sets", json=body)
    assert started.status_code == 202, started.text
    await run_jobs()
    set_id = started.json()["set_id"]
    detail = (await curator.get(f"/api/v1/synthesize/sets/{set_id}")).json()
    assert detail["state"] == "passed"
    assert {c["name"] for c in detail["gate"]["checks"]} >= {"memorisation", "physics", "mark"}
    found = (await curator.get(f"/api/v1/synthesize/sets/{set_id}/cases")).json()
    assert found["total"] == 2
    other = await client_for(Role.HOSPITAL, site=site_b)
    assert (await other.get(f"/api/v1/synthesize/sets/{set_id}")).status_code == 404
