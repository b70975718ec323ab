"""A plan on a Dask cluster: a worker dies, all cases come back, and as they are here."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from tests.preprocess.test_batch import PLAN, ROOT, STEP, install, runs, small
from typer.testing import CliRunner

from renkei import compute
from renkei.compute import ClusterUnreachableError
from renkei.imaging.nifti import read_nifti
from renkei.preprocess.commands import app

CASES = 8


@pytest.fixture
def place(tmp_path):
    install(tmp_path / "site", STEP)
    for name in ("notes", "quiet"):
        (tmp_path / name).mkdir()
    for n in range(CASES):
        small(tmp_path / "in" / f"case{n}", n)
    (tmp_path / "plan.toml").write_text(PLAN % 0.3)
    return tmp_path


def environment(place, notes):
    paths = os.pathsep.join([str(place / "site"), str(ROOT)])
    return {**os.environ, "PYTHONPATH": paths, "NOTES": str(place / notes)}


@pytest.fixture
def cluster(place):
    """A scheduler and two workers, each a process of its own."""
    note = place / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": place}
    dask = [sys.executable, "-m", "distributed.cli.dask_"]
    own = environment(place, "notes")

    def start(kind, *more):
        words = [*dask[:2], f"{dask[2]}{kind}", "--host", "127.0.0.1", "--no-dashboard", *more]
        return subprocess.Popen([*words, "--scheduler-file", str(note)], env=own, **quiet)

    processes = [start("scheduler", "--port", "0")]
    processes += [start("worker", "--nthreads", "1", "--no-nanny") for _ in range(2)]
    while not note.exists():
        assert processes[0].poll() is None
        time.sleep(0.05)
    yield json.loads(note.read_text())["address"], processes[1:]
    for process in processes:
        if process.poll() is None:
            process.terminate()
        process.wait(120)


def run(place, out, notes, **more):
    words = ["preprocess", "run", str(place / "plan.toml"), str(place / "in"), str(place / out)]
    return subprocess.Popen(
        [sys.executable, "-m", "renkei", *words, "--json", "-J", "2"],
        env={**environment(place, notes), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def results(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("case*/*"))
    }


def test_a_killed_worker_loses_no_case_and_changes_no_byte(place, cluster):
    address, workers = cluster
    process = run(place, "far", "notes", RENKEI_COMPUTE=address)
    while len(list((place / "notes").iterdir())) < 3:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    psutil.Process(workers[0].pid).kill()
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert len(out.splitlines()) == CASES
    assert set(runs(place / "notes")) == set(range(CASES))
    here = run(place, "near", "quiet")
    assert here.communicate()[1].strip().endswith(f"{CASES} done, 0 refused, 0 poison")
    assert results(place / "far") == results(place / "near")
    assert len(results(place / "far")) == 5 * CASES
    assert np.unique(read_nifti(place / "far" / "case3" / "b.nii.gz").voxels) == [3]


def test_an_absent_cluster_is_said_and_nothing_is_run(place, monkeypatch):
    monkeypatch.setenv("RENKEI_COMPUTE", "tcp://127.0.0.1:9")
    monkeypatch.setattr(compute, "CONNECT_SECONDS", 1)
    plan = place / "plan.toml"
    plan.write_text(plan.read_text().replace('"brought"', '"orient"').replace("wait = 0.3", ""))
    done = CliRunner().invoke(app, ["run", str(plan), str(place / "in"), str(place / "out")])
    assert isinstance(done.exception, ClusterUnreachableError)
    assert not list(Path(place).glob("out/case*"))
