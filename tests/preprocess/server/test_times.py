"""Scans of one patient over time become one run, oldest first, with files that only its own see."""

import csv
import datetime as dt
import io
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select

from renkei.annotate.vocabulary import load_vocabulary
from renkei.consent.server.recall import recall_subject
from renkei.consent.server.tables import RecallKind
from renkei.imaging.followup import Sway, deepest_place, swayed, with_lesion, with_noise
from renkei.imaging.made import made_ct
from renkei.preprocess.server.plans import keep_plan
from renkei.preprocess.server.start import NotAPairError, PairNeededError, start_run
from renkei.preprocess.server.tables import PlanRunFile
from renkei.preprocess.server.times import NoDateError
from renkei.server.actor import Role
from renkei.server.storage import ObjectErasedError, load
from renkei.subjects.server.tables import Study, Subject

OVER_TIME = """
schema = "renkei.plan/1"
name = "over_time"
version = "1"
results = ["ct_clipped"]
[inputs.ct]
modality = "CT"
series = true
[[step]]
name = "change"
input = "ct"
output = "ct_on_first"
params = { least_nmi = 1.0 }
[[step]]
name = "window"
input = "ct_on_first"
output = "ct_clipped"
"""
DAYS = 182
PART = (slice(0, 64, 2), slice(16, 112, 2), slice(8, 120, 2))


@pytest.fixture(scope="module")
def visits():
    """Two scans of a made patient at 6 x 5.3 x 5.3 mm with one lesion, 12 and then 18 mm."""
    image, labels = made_ct(5, noise=0.0)
    centre = deepest_place(labels, "liver")
    labels = replace(
        labels,
        segments=tuple(s for s in labels.segments if s.name != "lesion"),
        vocabulary=load_vocabulary("abdomen-ct").reference,
    )
    sway = Sway((6.0, -4.0, 5.0), 3.0)
    early = with_lesion(image, labels, centre, 12.0)
    late = with_lesion(*swayed(image, labels, sway), sway.later(centre), 18.0)
    return [coarse(with_noise(v, 8.0, n), drawn) for n, (v, drawn) in enumerate((early, late))]


def coarse(image, labels):
    voxels = np.ascontiguousarray(image.voxels[PART])
    place = replace(
        image.geometry,
        shape=voxels.shape,
        spacing=tuple(2 * s for s in image.geometry.spacing),
        origin=image.geometry.point(*(one.start for one in PART)),
    )
    segments = tuple(replace(s, mask=s.mask[PART].copy()) for s in labels.segments)
    image = replace(image, voxels=voxels, geometry=place)
    return image, replace(labels, geometry=place, segments=segments)


@pytest.fixture
async def pair(session, site_a, add_subject, add_series, sign, visits):
    """Both scans as signed series of one subject; the later one came to the platform first."""
    subject = await add_subject(site_a)
    found = []
    for days, (image, labels) in zip((DAYS, 0), visits[::-1], strict=True):
        series = await add_series(subject, image)
        study = await session.get_one(Study, series.study_id)
        study.date = dt.date(2024, 5, 7) + dt.timedelta(days=days)
        await sign(series, labels)
        found.append(series)
    return found[::-1]


async def test_a_followup_becomes_one_run_in_order_of_date_with_its_files(
    session, pair, client_for, run_jobs, site_a, site_b
) -> None:
    early, late = (str(one.id) for one in pair)
    subject_id = pair[0].subject_id
    await keep_plan(session, toml=OVER_TIME)
    await session.commit()
    curator = await client_for(Role.CURATOR)
    body = {"plan": "over_time", "series_ids": [late], "times": {late: [early]}}
    started = (await curator.post("/api/v1/preprocess/runs", json=body)).json()
    assert started["refused"] == {}
    [run_id] = started["runs"]
    again = {"plan": "over_time", "series_ids": [early], "times": {early: [late]}}
    assert (await curator.post("/api/v1/preprocess/runs", json=again)).json()["runs"] == [run_id]
    await run_jobs()
    run = (await curator.get(f"/api/v1/preprocess/runs/{run_id}")).json()
    assert (run["state"], run["series_id"]) == ("done", early), run["sentence"]
    assert [(one["series_id"], one["day"]) for one in run["times"]] == [(early, 0), (late, DAYS)]
    path = f"/api/v1/preprocess/runs/{run_id}/files"
    files = {one["name"]: one for one in (await curator.get(path)).json()}
    assert {
        "ct_on_first.change.nii.gz",
        "ct_on_first.doubt.nii.gz",
        "ct_on_first.growth.csv",
        "ct_on_first.transform.tfm",
    } <= set(files)
    table = await curator.get(f"{path}/{files['ct_on_first.growth.csv']['id']}")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["state"], row["day"]) for row in rows] == [("first", "0"), ("same", str(DAYS))]
    truth = 100 * ((18 / 12) ** 3 - 1)
    off = float(rows[1]["change_error_percent"])
    assert abs(float(rows[1]["change_percent"]) - truth) <= off
    for role, site, status in (
        (Role.HOSPITAL, site_a, 200),
        (Role.HOSPITAL, site_b, 404),
        (Role.LICENSEE, None, 403),
    ):
        other = await client_for(role, site=site) if site else await client_for(role)
        answer = await other.get(f"{path}/{files['ct_on_first.growth.csv']['id']}")
        assert answer.status_code == status
    kept = list(await session.scalars(select(PlanRunFile.object_id)))
    await recall_subject(session, subject_id=subject_id, kind=RecallKind.WITHDRAWAL, reason="asked")
    await session.commit()
    await run_jobs()
    session.expunge_all()
    assert list(await session.scalars(select(PlanRunFile))) == []
    for object_id in kept:
        with pytest.raises(ObjectErasedError):
            await load(session, object_id)


async def test_what_makes_no_time_series_is_refused_with_its_reason(
    session, pair, site_a, add_subject, add_series, sign, visits
) -> None:
    plan = await keep_plan(session, toml=OVER_TIME)
    early, late = pair
    stranger = await add_series(await add_subject(site_a), visits[0][0])
    undated = await add_series(await session.get_one(Subject, late.subject_id), visits[0][0])
    for refusal, more in [
        (PairNeededError, []),
        (PairNeededError, [early.id]),
        (NotAPairError, [stranger.id]),
        (NoDateError, [late.id, undated.id]),
    ]:
        with pytest.raises(refusal):
            await start_run(session, plan=plan, series_id=early.id, more=more, with_labels=False)
