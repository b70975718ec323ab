"""The package of the how-to works as it stands there: its step runs, refuses, is in the schema."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np

from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import read_nifti, write_nifti
from renkei.imaging.volume import Volume

ROOT = Path(__file__).parents[2]
PLAN = """
schema = "renkei.plan/1"
name = "brighter"
version = "1"
results = ["b"]
[inputs.mr]
modality = "MR"
[[step]]
name = "gamma"
input = "mr"
output = "b"
params = { gamma = 0.5 }
"""


def test_the_package_of_the_how_to_brings_its_step(tmp_path):
    page = (ROOT / "docs" / "how-to" / "add-a-step.md").read_text("utf-8")
    module, project = (part.split("```")[0] for part in page.split("```text\n")[1:3])
    assert len(module.strip().splitlines()) <= 20
    said = tomllib.loads(project)["project"]
    about = tmp_path / "site" / f"gamma_step-{said['version']}.dist-info"
    about.mkdir(parents=True)
    (tmp_path / "site" / "gamma_step.py").write_text(module)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {said['name']}\nVersion: 1\n")
    entries = said["entry-points"]["renkei.steps"]
    lines = [f"{name} = {value}" for name, value in entries.items()]
    (about / "entry_points.txt").write_text("\n".join(["[renkei.steps]", *lines, ""]))

    for name, top in (("good", 1.0), ("bad", 2.0)):
        (tmp_path / "in" / name).mkdir(parents=True)
        voxels = np.linspace(0, top, 120, dtype=np.float32).reshape(4, 5, 6)
        scan = Volume(voxels, Geometry((4, 5, 6), (1.0, 1.0, 1.0)), "MR")
        write_nifti(scan, tmp_path / "in" / name / "mr.nii.gz")
    (tmp_path / "plan.toml").write_text(PLAN)

    def renkei(*words):
        return subprocess.run(
            [sys.executable, "-m", "renkei", "preprocess", *words],
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    plan, given, out = (str(tmp_path / name) for name in ("plan.toml", "in", "out"))
    done = renkei("run", plan, given, out, "--json")
    lines = {line["case"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert lines["good"]["state"] == "done", done.stderr
    assert (lines["bad"]["state"], lines["bad"]["code"]) == ("refused", "not_unit")
    before = read_nifti(tmp_path / "in" / "good" / "mr.nii.gz").voxels
    after = read_nifti(tmp_path / "out" / "good" / "b.nii.gz").voxels
    assert np.allclose(after, np.sqrt(before), atol=1e-6)
    assert "gamma" in json.loads(renkei("schema").stdout)["$defs"]
