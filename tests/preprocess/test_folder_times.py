"""Scans of a time series on disk: labels and day of each, so that growth is per day."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from renkei.imaging.followup import deepest_place, with_lesion, with_noise
from renkei.imaging.labels import LabelSet, pack
from renkei.imaging.made import made_ct, write_ct_series
from renkei.imaging.nifti import write_nifti
from renkei.imaging.volume import Volume
from renkei.preprocess.batch import given_of
from renkei.preprocess.commands import app
from renkei.preprocess.days import BadDaysError
from renkei.preprocess.folder import find_cases
from renkei.preprocess.plan import parse_plan
from renkei.preprocess.prov import read_record
from renkei.preprocess.redo import Outcome, VersionsDifferError, redo_output

PLAN = """
schema = "renkei.plan/1"
name = "over_time"
version = "1"
results = ["ct_on_first"]
[inputs.ct]
modality = "CT"
series = true
[[step]]
name = "change"
input = "ct"
output = "ct_on_first"
params = { least_nmi = 1.0 }
"""
DAYS, BEFORE_MM, AFTER_MM = 182, 12.0, 18.0
PART = (slice(0, 64, 2), slice(16, 112, 2), slice(8, 120, 2))


def coarse(image: Volume, labels: LabelSet) -> tuple[Volume, LabelSet]:
    """Keep every other voxel of the body's part."""
    voxels = np.ascontiguousarray(image.voxels[PART])
    place = replace(
        image.geometry,
        shape=voxels.shape,
        spacing=tuple(2 * step for step in image.geometry.spacing),
        origin=image.geometry.point(*(one.start for one in PART)),
    )
    segments = tuple(replace(one, mask=one.mask[PART].copy()) for one in labels.segments)
    return replace(image, voxels=voxels, geometry=place), replace(
        labels, geometry=place, segments=segments
    )


@pytest.fixture(scope="module")
def visits() -> list[tuple[Volume, LabelSet]]:
    image, labels = made_ct(5, noise=0.0)
    place = deepest_place(labels, "liver")
    labels = replace(labels, segments=tuple(s for s in labels.segments if s.name != "lesion"))
    grown = (with_lesion(image, labels, place, radius) for radius in (BEFORE_MM, AFTER_MM))
    return [coarse(with_noise(v, 8.0, n), drawn) for n, (v, drawn) in enumerate(grown)]


@pytest.fixture
def case(tmp_path: Path, visits) -> Path:
    (tmp_path / "plan.toml").write_text(PLAN)
    role = tmp_path / "in" / "one" / "ct"
    role.mkdir(parents=True)
    for n, (image, labels) in enumerate(visits, start=1):
        write_nifti(image, role / f"{n}.nii.gz")
        (role / f"{n}.labels.rlab").write_bytes(pack(labels))
    (role / "days.csv").write_text(f"scan,day\n1,3\n2,{3 + DAYS}\n")
    return role


def given(role: Path):
    plan = parse_plan(PLAN)
    (found,) = find_cases(role.parents[1], plan)
    return given_of(found, plan)["ct"]


def test_growth_is_counted_by_the_days_of_the_table(case: Path, tmp_path: Path) -> None:
    words = ["run", str(tmp_path / "plan.toml"), str(tmp_path / "in"), str(tmp_path / "out")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.stderr
    out = tmp_path / "out" / "one"
    first, later = csv.DictReader(io.StringIO((out / "ct_on_first.growth.csv").read_text()))
    assert (first["state"], later["state"]) == ("first", "same")
    assert (float(first["day"]), float(later["day"])) == (0, DAYS)
    doubling = DAYS * np.log(2) / np.log((AFTER_MM / BEFORE_MM) ** 3)
    assert float(later["doubling_days"]) == pytest.approx(doubling, rel=0.2)
    assert {"time_1.png", "time_2.png", "change.png"} <= {p.name for p in out.iterdir()}


def test_an_output_comes_again_with_the_days_that_it_was_made_with(case: Path, tmp_path) -> None:
    quick = PLAN.replace('"change"', '"orient"').replace("params = { least_nmi = 1.0 }", "")
    (tmp_path / "plan.toml").write_text(quick)
    source, out = tmp_path / "in", tmp_path / "out"
    done = CliRunner().invoke(app, ["run", str(tmp_path / "plan.toml"), str(source), str(out)])
    assert done.exit_code == 0, done.stderr
    sha256 = read_record(out / "one")["outputs"]["ct_on_first.2"]["sha256"]
    assert redo_output(sha256, out=out, source=source).outcome is Outcome.IDENTICAL
    (case / "days.csv").write_text("scan,day\n1,0\n2,90\n")
    with pytest.raises(VersionsDifferError, match="day"):
        redo_output(sha256, out=out, source=source)


def test_study_dates_of_dicom_count_where_no_table_does(tmp_path: Path, small) -> None:
    role = tmp_path / "one" / "ct"
    for name, date in (("a", "20240110"), ("b", "20240710")):
        (role / name).mkdir(parents=True)
        header = {"StudyDate": date, "StudyInstanceUID": f"1.2.{date}"}
        for n, data in enumerate(write_ct_series(small.image, header)):
            (role / name / f"{n}.dcm").write_bytes(data)
    assert [one.day for one in given(role)] == [0, DAYS]
    (role / "a").rename(role / "c")
    with pytest.raises(BadDaysError) as refusal:
        given(role)
    assert refusal.value.facts["code"] == "times_out_of_order"


def test_without_any_date_there_is_no_day(case: Path) -> None:
    (case / "days.csv").unlink()
    assert [one.day for one in given(case)] == [None, None]


@pytest.mark.parametrize(
    "text", ["scan,day\n1,0\n", "name,day\n1,0\n2,5\n", "scan,day\n1,0\n2,x\n"]
)
def test_a_table_that_does_not_say_each_day_is_refused(case: Path, text: str) -> None:
    (case / "days.csv").write_text(text)
    with pytest.raises(BadDaysError):
        given(case)


def test_each_scan_has_its_own_labels_else_the_first_those_of_the_case(case: Path) -> None:
    one, two = given(case)
    assert one.labels != two.labels
    assert None not in {one.labels, two.labels}
    (case / "1.labels.rlab").rename(case.parent / "labels.rlab")
    (case / "2.labels.rlab").unlink()
    assert [scan.labels for scan in given(case)] == [one.labels, None]
