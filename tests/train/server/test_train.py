from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.server.recall import recall_subject
from renkei.consent.server.tables import Approval, RecallEffect, RecallKind
from renkei.proof import digest
from renkei.publish.cases import FileChangedError
from renkei.publish.server.files import NotFrozenError
from renkei.publish.server.tables import Product, ProductKind, Version, VersionCase
from renkei.server.actor import Role
from renkei.server.events import EventRow
from renkei.server.jobs import JobRun
from renkei.server.lineage import subjects_of
from renkei.server.storage import load
from renkei.train.looks import NoLooksLeftError
from renkei.train.material import train_material
from renkei.train.server.look import score_sealed, take_look
from renkei.train.server.material import UseNotAllowedError, load_material
from renkei.train.server.tables import Evaluation, Look, Model
from renkei.train.server.train import do_run, open_run


async def trained(session: AsyncSession, version_id) -> Model:
    run = await open_run(session, version_id=version_id, recipe="voxel_forest")
    run_id = run.id
    await session.commit()
    await do_run(run_id)
    session.expire_all()
    return (await session.scalars(select(Model).where(Model.run_id == run_id))).one()


async def another(session: AsyncSession, version_id, seed: int):
    """Add a model of the same family without training it; a look is counted before any scoring."""
    run = await open_run(session, version_id=version_id, recipe="voxel_forest", seed=seed)
    model = Model(
        run_id=run.id,
        version_id=version_id,
        recipe=run.recipe,
        sha256=f"{seed:064}",
        facts={},
        weights_object_id=run.id,
    )
    session.add(model)
    await session.flush()
    return model.id


async def test_a_model_is_bound_to_its_version_metered_offered_and_made_once(
    session: AsyncSession, frozen: Version
) -> None:
    version_id, version_hash = frozen.id, frozen.version_hash
    model = await trained(session, version_id)
    assert model.facts["version"] == version_hash
    weights = await load(session, model.weights_object_id)
    assert digest(weights) == model.facts["weights_sha256"]
    evaluation = (await session.scalars(select(Evaluation))).one()
    assert evaluation.side == "validation"
    product = (
        await session.scalars(select(Product).where(Product.kind == ProductKind.MODEL))
    ).one()
    assert (product.hash, product.version_id) == (model.sha256, version_id)
    names = list(await session.scalars(select(EventRow.name)))
    assert names.count("ModelTrained") == 1
    train = select(VersionCase.subject_id).where(VersionCase.split == "train")
    assert set(await subjects_of(session, model.sha256)) == set(await session.scalars(train))
    await do_run(model.run_id)  # a second time changes nothing
    assert await session.scalar(select(func.count(Model.id))) == 1


async def test_a_look_is_counted_even_if_the_scoring_dies_and_the_fourth_is_refused(
    session: AsyncSession, frozen: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    version_id = frozen.id
    model = await trained(session, version_id)
    model_id = model.id

    async def dies(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("renkei.compute.run", dies)
        with pytest.raises(KeyboardInterrupt):
            await score_sealed(model_id)
    assert await session.scalar(select(func.count(Look.id))) == 1
    await score_sealed(model_id)
    assert await session.scalar(select(func.count(Look.id))) == 1
    report = (await session.scalars(select(Evaluation).where(Evaluation.side == "test"))).one()
    assert report.looks_left == 2
    assert "case" not in report.report["evaluations"][0]
    for seed in (1, 2):
        await take_look(session, model_id=await another(session, version_id, seed))
    with pytest.raises(NoLooksLeftError):
        await take_look(session, model_id=await another(session, version_id, 3))


async def test_training_loads_no_file_of_the_sealed_part_and_stops_at_a_changed_byte(
    session: AsyncSession, frozen: Version
) -> None:
    material, files = await load_material(
        session, version_id=frozen.id, sides=("train", "validation")
    )
    assert {f.split for f in files} == {"train", "validation"}
    path = next(path for path in material.content if path.endswith(".nii.gz"))
    material.content[path] = material.content[path] + b"x"
    with pytest.raises(FileChangedError):
        train_material(material, "voxel_forest", 0, ())


async def test_a_draft_and_a_use_that_is_not_allowed_are_refused(
    session: AsyncSession, frozen: Version
) -> None:
    version_id = frozen.id
    await session.execute(update(Approval).values(purposes=["intake", "freeze"]))
    with pytest.raises(UseNotAllowedError) as refused:
        await load_material(session, version_id=version_id, sides=("train",))
    assert list(refused.value.facts) == ["approval_purpose"]
    draft = Version(dataset_id=frozen.dataset_id, number="x", split_key="", id_key="", shares={})
    session.add(draft)
    await session.flush()
    with pytest.raises(NotFrozenError):
        await open_run(session, version_id=draft.id, recipe="voxel_forest")


async def test_a_recall_marks_the_models_of_the_version(
    session: AsyncSession, frozen: Version, run_jobs: Callable
) -> None:
    model = await trained(session, frozen.id)
    model_id = model.id
    subject = await session.scalar(select(VersionCase.subject_id).limit(1))
    await recall_subject(
        session, subject_id=subject, kind=RecallKind.WITHDRAWAL, reason="asked for"
    )
    await session.commit()
    await run_jobs()
    session.expire_all()
    assert (await session.get_one(Model, model_id)).recalled_at is not None
    listable = await session.scalars(select(Product.listable))
    assert set(listable) == {False}
    effects = await session.scalars(select(RecallEffect).where(RecallEffect.folder == "train"))
    assert {e.what: e.count for e in effects}["models"] == 1


async def test_the_routes_start_a_run_and_show_model_and_report(
    session: AsyncSession, frozen: Version, client_for: Callable, run_jobs: Callable, site_a
) -> None:
    version_id = str(frozen.id)
    await session.commit()
    curator = await client_for(Role.CURATOR)
    [recipe] = (await curator.get("/api/v1/train/recipes")).json()
    body = {"version_id": version_id, "recipe": recipe["name"]}
    started = await curator.post("/api/v1/train/runs", json=body)
    assert started.status_code == 202, started.text
    await run_jobs()
    session.expire_all()
    job = await session.get_one(JobRun, started.json()["job_id"])
    assert (job.state, job.sentence) == ("done", None)
    (row,) = (await curator.get("/api/v1/train/models")).json()["items"]
    looked = await curator.post(f"/api/v1/train/models/{row['id']}/looks")
    assert looked.status_code == 202
    await run_jobs()
    detail = (await curator.get(f"/api/v1/train/models/{row['id']}")).json()
    assert [e["side"] for e in detail["evaluations"]] == ["validation", "test"]
    assert detail["looks_used"] == 1
    evaluation = detail["evaluations"][1]["id"]
    page = await curator.get(f"/api/v1/train/evaluations/{evaluation}/page?lang=en")
    assert "Research use only" in page.text
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    assert (await hospital.get("/api/v1/train/models")).json()["total"] == 1
    licensee = await client_for(Role.LICENSEE)
    assert (await licensee.get("/api/v1/train/models")).status_code == 403
