"""The command writes results, pictures and provenance for each case, or nothing."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from renkei.imaging.labels import pack
from renkei.imaging.made import write_ct_series
from renkei.imaging.nifti import write_nifti
from renkei.preprocess import Scan
from renkei.preprocess.commands import CaseExistsError, app

RUN = CliRunner().invoke
PLAN = """
schema = "renkei.plan/1"
name = "quick"
version = "1"
results = ["b"]
[inputs.ct]
modality = "CT"
[[step]]
name = "window"
input = "ct"
output = "b"
"""


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN)
    return str(path)


@pytest.fixture
def cases(tmp_path: Path, made: Scan) -> Path:
    one, two, bad = (tmp_path / "in" / name for name in ("one", "two", "bad"))
    for folder in (one, two / "ct", bad):
        folder.mkdir(parents=True)
    write_nifti(made.image, one / "ct.nii.gz")
    (one / "labels.rlab").write_bytes(pack(made.labels))
    for n, data in enumerate(write_ct_series(made.image, {})):
        (two / "ct" / f"{n}.dcm").write_bytes(data)
    (bad / "ct.nii.gz").write_bytes(b"\x1f\x8b no volume")
    return tmp_path / "in"


def test_each_case_is_written_or_refused_and_counted(plan: str, cases: Path, tmp_path) -> None:
    out = tmp_path / "out"
    done = RUN(app, ["run", plan, str(cases), str(out), "--json", "-J", "2"])
    assert done.exit_code == 3, done.exception
    lines = {line["case"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert {name: line["state"] for name, line in lines.items()} == {
        "one": "done",
        "two": "done",
        "bad": "refused",
    }
    assert sorted(p.name for p in (out / "one").iterdir()) == [
        "after.png",
        "b.labels.rlab",
        "b.nii.gz",
        "before.png",
        "plan.toml",
        "provenance.json",
    ]
    record = json.loads((out / "one" / "provenance.json").read_text())
    assert record["outputs"]["b"]["sha256"] == lines["one"]["sha256"]["b"]
    assert not (out / "bad").exists()
    assert not list(out.glob(".part*"))


def test_dicom_and_nifti_of_one_scan_give_one_image(plan: str, cases: Path, tmp_path) -> None:
    from renkei.imaging.nifti import read_nifti

    out = tmp_path / "out"
    RUN(app, ["run", plan, str(cases), str(out)])
    one, two = (read_nifti(out / name / "b.nii.gz") for name in ("one", "two"))
    assert np.array_equal(one.voxels, two.voxels)
    assert one.geometry.close_to(two.geometry)


def test_results_that_are_there_are_kept_unless_said_otherwise(plan, cases, tmp_path) -> None:
    out = tmp_path / "out"
    source = str(cases / "one")
    assert RUN(app, ["run", plan, source, str(out)]).exit_code == 0
    again = RUN(app, ["run", plan, source, str(out)])
    assert isinstance(again.exception, CaseExistsError)
    skipped = RUN(app, ["run", plan, source, str(out), "--existing", "skip", "--json"])
    assert (skipped.exit_code, skipped.stdout) == (0, "")


def test_a_dry_run_names_the_cases_and_writes_nothing(plan, cases, tmp_path) -> None:
    done = RUN(app, ["run", plan, str(cases), str(tmp_path / "out"), "--dry-run", "--json"])
    names = [json.loads(line)["case"] for line in done.stdout.splitlines()]
    assert names == ["bad", "one", "two"]
    assert not (tmp_path / "out").exists()
