"""Each example runs as its first lines say, and prints what it promises."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISED = {
    "judge_a_folder.py": ["ct_noise 11.3", "HU"],
    "deidentify_one_file.py": ["clean ", "'kept': ", "clean bytes"],
    "run_a_plan.py": ["accept []", "orient", "resample"],
    "verify_a_delivery.py": [
        "as delivered: intact",
        "after a recall: [<State.INTACT: 'intact'>, <State.WITHDRAWN: 'withdrawn'>]",
        "after a change: tampered",
    ],
}


def run(name: str, *arguments: str) -> str:
    command = [sys.executable, "-W", "error", ROOT / "examples" / name, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_an_example_runs_on_the_samples_and_prints_what_it_says(name: str) -> None:
    printed = run(name)
    assert [part for part in PROMISED[name] if part not in printed] == []


def test_a_made_folder_can_be_split(tmp_path: Path) -> None:
    assert "2 made cases" in run("make_a_folder.py", str(tmp_path / "cases"), "2")
    split = ["-m", "renkei", "publish", "split", str(tmp_path / "cases"), "--key", "k", "--json"]
    done = subprocess.run([sys.executable, *split], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "cases" / "splits.json").exists()


def test_every_example_has_a_test() -> None:
    there = {path.name for path in (ROOT / "examples").glob("*.py")}
    assert there == {*PROMISED, "make_a_folder.py"}
