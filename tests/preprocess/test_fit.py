"""What a step learns from the training part stands in the new plan, and nothing else changes."""

import dataclasses
import tomllib

import numpy as np
import pytest
from typer.testing import CliRunner

from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import write_nifti
from renkei.imaging.volume import Volume
from renkei.preprocess import fit, plan
from renkei.preprocess.commands import CaseExistsError, app
from renkei.preprocess.fit import NothingToFitError, fit_plan
from renkei.preprocess.folder import find_cases
from renkei.preprocess.plan import BadPlanError, load_plan, parse_plan
from renkei.preprocess.step import Done, Param, Step
from renkei.preprocess.toml import write_toml

RUN = CliRunner().invoke
TEXT = """
schema = "renkei.plan/1"
name = "fitted"
version = "1"
description = "A \\"quoted\\" 文 \\\\ line"
results = ["c"]
[inputs.ct]
modality = "CT"
[[step]]
name = "window"
input = "ct"
output = "b"
params = { low = -1000, high = 100 }
[[step]]
name = "scale"
input = "b"
output = "c"
params = { keep = true }
"""


def scale(scan, params):
    centre, *_ = params["landmarks"]
    image = dataclasses.replace(scan.image, voxels=scan.image.voxels - centre)
    return Done((dataclasses.replace(scan, image=image),))


def learn(scans, params):
    assert params["keep"]
    return {"landmarks": [float(np.median(scan.image.voxels)) for scan in scans]}


STEP = Step(
    "scale",
    {"landmarks": Param("number", (), count=0), "keep": Param("flag", default=False)},
    scale,
    fit=learn,
)


@pytest.fixture
def train(tmp_path, monkeypatch):
    monkeypatch.setattr(plan, "STEPS", (*plan.STEPS, STEP))
    # The step is known to this process alone.
    monkeypatch.setattr(fit.child, "call", lambda call, *args, **_limits: call(*args))
    for n, value in enumerate((50, 90, 4000)):
        folder = tmp_path / "train" / f"{n}"
        folder.mkdir(parents=True)
        voxels = np.full((3, 4, 5), value, np.int16)
        write_nifti(Volume(voxels, Geometry((3, 4, 5), (1, 1, 1)), "CT"), folder / "ct.nii.gz")
    return tmp_path / "train"


def test_a_step_learns_from_the_scans_as_they_reach_it(train, tmp_path):
    text, new = tmp_path / "plan.toml", tmp_path / "new.toml"
    text.write_text(TEXT)
    done = RUN(app, ["fit", str(text), str(train), "--out", str(new)])
    assert done.exit_code == 0, done.exception
    before, after = load_plan(text), load_plan(new)
    # The window before it has clipped the third at 100.
    assert after.steps[1].params == {"landmarks": (50.0, 90.0, 100.0), "keep": True}
    assert after.steps[0] == before.steps[0]
    assert after.sha256 != before.sha256
    assert fit_plan(before, find_cases(train, before)).sha256 == after.sha256
    again = RUN(app, ["fit", str(text), str(train), "--out", str(new)])
    assert isinstance(again.exception, CaseExistsError)


def test_a_plan_that_learns_nothing_says_so(train):
    quick = parse_plan(TEXT.replace('name = "scale"', 'name = "orient"').replace("keep = true", ""))
    with pytest.raises(NothingToFitError):
        fit_plan(quick, find_cases(train, quick))


def test_a_plan_written_as_toml_reads_the_same(train):
    assert tomllib.loads(write_toml(tomllib.loads(TEXT))) == tomllib.loads(TEXT)
    for name in plan.builtin_plans():
        said = tomllib.loads(load_plan(name).text)
        assert tomllib.loads(write_toml(said)) == said
    with pytest.raises(BadPlanError):
        parse_plan(write_toml({**tomllib.loads(TEXT), "more": 1}))
