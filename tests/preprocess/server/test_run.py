"""A run makes new bytes once, with lineage, from selected and signed cases only."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from renkei.imaging.labels import unpack
from renkei.imaging.nifti import read_nifti
from renkei.preprocess.server.execute import execute_run
from renkei.preprocess.server.plans import find_plan, keep_plan
from renkei.preprocess.server.start import (
    NoSuchSeriesError,
    NotAPairError,
    NotSelectedError,
    NotSignedError,
    PairNeededError,
    WrongModalityError,
    start_run,
)
from renkei.preprocess.server.tables import PlanRun
from renkei.select.verdict import Outcome
from renkei.server.actor import Actor, Role
from renkei.server.events import EventRow
from renkei.server.lineage import subjects_of, touched_by
from renkei.server.storage import StoredObject, load

QUICK = """
schema = "renkei.plan/1"
name = "quick"
version = "1"
results = ["ct_clipped"]
[inputs.ct]
modality = "CT"
[[step]]
name = "orient"
input = "ct"
output = "ct_lps"
[[step]]
name = "window"
input = "ct_lps"
output = "ct_clipped"
"""
PAIR = """
schema = "renkei.plan/1"
name = "pair"
version = "1"
results = ["ct_lps", "mr_on_ct"]
[inputs.ct]
modality = "CT"
[inputs.mr]
modality = "MR"
[[step]]
name = "orient"
input = "ct"
output = "ct_lps"
[[step]]
name = "align"
input = "mr"
to = "ct_lps"
output = "mr_on_ct"
params = { least_nmi = 1.2, multi_start = false }
"""


async def test_a_run_makes_image_and_labels_with_lineage_and_says_so_once(
    session, ready, run_jobs
) -> None:
    plan = await find_plan(session, plan="ct_standard")
    run = await start_run(session, plan=plan, series_id=ready.id)
    assert (await start_run(session, plan=plan, series_id=ready.id)).id == run.id
    await session.commit()
    await run_jobs()
    await session.refresh(run)
    assert (run.state, run.finding) == ("done", "accept"), run.sentence
    image = read_nifti(await load(session, run.image_object_id), modality="CT")
    labels = unpack(await load(session, run.label_object_id))
    assert image.geometry.close_to(labels.geometry)
    assert await subjects_of(session, run.image_sha256) == [run.subject_id]
    kinds = [t.kind for t in await touched_by(session, run.subject_id)]
    assert kinds.count("preprocess.run") == 2
    assert run.record["outputs"]["ct_clipped"]["sha256"] == run.image_sha256
    assert [name for name, _ in run.views["layers"]] == ["before", "after", "labels"]
    for _, layer in run.views["layers"]:
        assert (await load(session, UUID(layer))).startswith(b"\x89PNG")
    stored = select(func.count()).select_from(StoredObject)
    before = await session.scalar(stored)
    await execute_run(run.id)
    assert await session.scalar(stored) == before
    said = select(func.count()).where(EventRow.name.endswith("CaseProcessed"))
    assert await session.scalar(said) == 1


async def test_the_same_bytes_come_out_of_two_cases_with_the_same_input(
    session, site_a, site_b, add_subject, add_series, made_case, run_jobs
) -> None:
    """Two hospitals with the same scan get the same hash, each under its own subject's key."""
    plan = await keep_plan(session, toml=QUICK)
    runs = []
    for site in (site_a, site_b):
        series = await add_series(await add_subject(site), made_case[0])
        runs.append(await start_run(session, plan=plan, series_id=series.id, with_labels=False))
    await session.commit()
    await run_jobs()
    for run in runs:
        await session.refresh(run)
    assert runs[0].image_sha256 == runs[1].image_sha256
    assert runs[0].image_object_id != runs[1].image_object_id


async def test_what_is_not_ready_is_refused_with_its_reason(
    session, site_a, add_subject, add_series, made_case, real_mr
) -> None:
    plan = await keep_plan(session, toml=QUICK)
    subject = await add_subject(site_a)
    volume = made_case[0]
    doubtful = await add_series(subject, volume, Outcome.REVIEW)
    unsigned = await add_series(subject, volume)
    mr = await add_series(subject, real_mr.image)
    stranger = await add_series(await add_subject(site_a), real_mr.image)
    pair = await keep_plan(session, toml=PAIR)
    for refusal, more in [
        (NotSelectedError, {"series_id": doubtful.id}),
        (NotSignedError, {"series_id": unsigned.id}),
        (WrongModalityError, {"series_id": mr.id}),
        (PairNeededError, {"series_id": unsigned.id, "pair_series_id": mr.id}),
        (PairNeededError, {"series_id": unsigned.id, "plan": pair}),
        (
            NotAPairError,
            {"series_id": unsigned.id, "pair_series_id": stranger.id, "plan": pair},
        ),
    ]:
        with pytest.raises(refusal):
            await start_run(session, **({"plan": plan} | more))
    assert await session.scalar(select(func.count()).select_from(PlanRun)) == 0


async def test_another_hospital_learns_nothing(session, ready, site_b, as_actor) -> None:
    plan = await keep_plan(session, toml=QUICK)
    await session.commit()
    series_id = ready.id
    stranger = Actor("b", Role.HOSPITAL, site_b.id, site_b.id)
    with as_actor(session, stranger), pytest.raises(NoSuchSeriesError):
        await start_run(session, plan=plan, series_id=series_id)


async def test_a_pair_of_one_subject_that_does_not_fit_is_refused_with_numbers(
    session, site_a, add_subject, add_series, made_case, real_mr, run_jobs
) -> None:
    """An abdomen and a head under one pseudonym: the wrong patient, or a mixed-up file."""
    plan = await keep_plan(session, toml=PAIR)
    subject = await add_subject(site_a)
    ct, mr = await add_series(subject, made_case[0]), await add_series(subject, real_mr.image)
    run = await start_run(
        session, plan=plan, series_id=ct.id, pair_series_id=mr.id, with_labels=False
    )
    await session.commit()
    await run_jobs()
    await session.refresh(run)
    assert (run.state, run.finding, run.image_object_id) == ("refused", "refuse", None)
    assert run.code in {"alignment_unproved", "no_overlap"}
    assert run.record["measures"]["nmi_after"] < 1.2
    assert (
        await session.scalar(select(func.count()).where(EventRow.name.endswith("Processed"))) == 0
    )
