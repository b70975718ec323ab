"""A run on many cases ends each once: killed, it goes on; a case that kills is set aside."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import write_nifti
from renkei.imaging.volume import Volume
from renkei.preprocess.batch import Limits, run_batch
from renkei.preprocess.commands import app
from renkei.preprocess.folder import find_cases
from renkei.preprocess.plan import parse_plan

RUN = CliRunner().invoke
ROOT = Path(__file__).parents[2]
# A package with a step that notes each run, waits, and dies of a voxel with the value 666.
STEP = """
import os
import time
from pathlib import Path
from renkei.preprocess.step import Done, Param, Step
def brought(scan, params):
    name = f"{int(scan.image.voxels[0, 0, 0])}-{time.time_ns()}"
    Path(os.environ["NOTES"], name).touch()
    time.sleep(params["wait"])
    if scan.image.voxels[0, 0, 0] == 666:
        os._exit(9)
    return Done((scan,))
STEP = Step("brought", {"wait": Param("number", 0.0, 0.0, 60.0, unit="s")}, brought)
"""
PLAN = """
schema = "renkei.plan/1"
name = "brought"
version = "1"
results = ["b"]
[inputs.ct]
modality = "CT"
[[step]]
name = "brought"
input = "ct"
output = "b"
params = { wait = %s }
"""
PAIR = """
schema = "renkei.plan/1"
name = "pair"
version = "1"
results = ["b"]
[inputs.ct]
modality = "CT"
[inputs.mr]
modality = "MR"
[[step]]
name = "window"
input = "ct"
output = "b"
params = { low = 0, high = 1 }
"""


def install(folder: Path, step: str) -> None:
    """Lay a package with an entry point into a folder, as pip would."""
    about = folder / "brought-1.dist-info"
    about.mkdir(parents=True)
    (folder / "brought.py").write_text(step)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: brought\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[renkei.steps]\nbrought = brought:STEP\n")


def small(folder: Path, value: int) -> None:
    folder.mkdir(parents=True)
    voxels = np.full((4, 6, 8), value, dtype=np.int16)
    write_nifti(Volume(voxels, Geometry(voxels.shape, (1, 1, 1)), "CT"), folder / "ct.nii.gz")


def runs(notes: Path) -> dict[int, int]:
    """Return how often the step ran on each case."""
    names = [int(path.name.split("-")[0]) for path in notes.iterdir()]
    return {value: names.count(value) for value in set(names)}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    install(tmp_path / "site", STEP)
    (tmp_path / "notes").mkdir()
    for n in range(6):
        small(tmp_path / "in" / f"case{n}", n)
    return tmp_path


def command(place: Path, wait: float, *more: str) -> subprocess.Popen[str]:
    plan = place / "plan.toml"
    plan.write_text(PLAN % wait)
    words = ["preprocess", "run", str(plan), str(place / "in"), str(place / "out"), "--json", *more]
    environment = {
        **os.environ,
        "PYTHONPATH": str(place / "site"),
        "NOTES": str(place / "notes"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "renkei", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
        start_new_session=True,
    )


def test_after_a_kill_only_the_running_case_runs_again(place: Path) -> None:
    cut = command(place, 0.3, "--existing", "resume")
    done: list[Path] = []
    while len(done) < 2:
        assert cut.poll() is None, cut.communicate()
        time.sleep(0.02)
        done = list(place.glob("out/case*/provenance.json"))
    os.killpg(cut.pid, signal.SIGKILL)
    cut.communicate()
    finished = {int(path.parent.name[4:]) for path in place.glob("out/case*/provenance.json")}
    time.sleep(0.1)
    before = runs(place / "notes")
    again = command(place, 0.3, "--existing", "resume")
    out, err = again.communicate()
    assert again.returncode == 0, err
    assert {json.loads(line)["case"] for line in out.splitlines()} == {
        f"case{n}" for n in range(6) if n not in finished
    }
    after = runs(place / "notes")
    assert set(after) == set(range(6))
    assert all(after[n] == before[n] == 1 for n in finished)
    assert sum(after.values()) <= 7
    assert len(list(place.glob("out/case*/b.nii.gz"))) == 6
    assert not list(place.glob("out/.renkei/scratch/*"))


def test_a_case_that_kills_its_process_three_times_is_set_aside_and_counted(place: Path) -> None:
    small(place / "in" / "deadly", 666)
    (place / "in" / "broken").mkdir()
    (place / "in" / "broken" / "ct.nii.gz").write_bytes(b"\x1f\x8b no volume")
    process = command(place, 0, "-J", "2")
    out, err = process.communicate()
    assert process.returncode == 3
    states = {line["case"]: line["state"] for line in map(json.loads, out.splitlines())}
    assert states == {
        **{f"case{n}": "done" for n in range(6)},
        "deadly": "poison",
        "broken": "refused",
    }
    assert runs(place / "notes") == {**dict.fromkeys(range(6), 1), 666: 3}
    assert err.strip() == "8 cases: 6 done, 1 refused (nifti_refused 1), 1 poison"
    resumed = command(place, 0, "--existing", "resume")
    assert resumed.communicate()[0] == ""
    assert runs(place / "notes")[666] == 3


def test_a_case_without_one_of_its_scans_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    small(tmp_path / "in" / "alone", 1)
    plan = parse_plan(PAIR)
    cases = find_cases(tmp_path / "in", plan)
    (line,) = run_batch(plan, cases, tmp_path / "out", limits=Limits())
    assert (line["case"], line["state"], line["code"]) == ("alone", "refused", "missing_role")


def test_a_dry_run_says_from_headers_what_is_refused_and_what_the_rest_costs(
    tmp_path: Path, made, real_ct
) -> None:
    write = tmp_path / "in"
    for name, image in (("one", made.image), ("two", real_ct.image)):
        (write / name).mkdir(parents=True)
        write_nifti(image, write / name / "ct.nii.gz")
    (write / "bad").mkdir()
    (write / "bad" / "ct.nii.gz").write_bytes(b"\x1f\x8b no volume")
    (write / "mr").mkdir()
    slices = sorted((ROOT / "samples" / "mr_dicom").glob("*.dcm"))[:3]
    for path in slices:
        (write / "mr" / path.name).write_bytes(path.read_bytes())
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'schema = "renkei.plan/1"\nname = "q"\nversion = "1"\nresults = ["b"]\n'
        '[inputs.ct]\nmodality = "CT"\n'
        '[[step]]\nname = "window"\ninput = "ct"\noutput = "b"\n'
    )
    words = ["run", str(plan), str(write), str(tmp_path / "out"), "--dry-run", "--json"]

    def lines() -> dict[str, dict[str, object]]:
        done = RUN(app, words)
        assert done.exit_code == 0, done.exception
        return {line["case"]: line for line in map(json.loads, done.stdout.splitlines())}

    found = lines()
    assert {name: (line["state"], line.get("code")) for name, line in found.items()} == {
        "one": ("waiting", None),
        "two": ("waiting", None),
        "bad": ("refused", "nifti_refused"),
        "mr": ("refused", "wrong_input"),
    }
    assert found["one"]["voxels"] == made.image.voxels.size
    assert found["one"]["cost_from"] == "the steps' table"
    assert not (tmp_path / "out").exists()
    RUN(app, ["run", str(plan), str(write / "one"), str(tmp_path / "out")])
    words.append("--existing=skip")
    measured = lines()["two"]
    assert measured["cost_from"] == "measured in OUT"
    # Less than the clock tells apart counts as nothing.
    assert 0 <= measured["cpu_seconds"] < 60
