"""A costly step runs once for one key; what is kept of it is the same, voxel for voxel."""

import dataclasses

import numpy as np
import polars as pl
import pytest

from renkei.imaging.labels import label_hash, pack
from renkei.imaging.nifti import nifti_bytes
from renkei.preprocess import Scan, TableScan, keys
from renkei.preprocess import plan as plans
from renkei.preprocess.case import Given, run_case
from renkei.preprocess.kept import BadKeptError, FolderStore, can_keep, pack_dones, unpack_dones
from renkei.preprocess.plan import parse_plan
from renkei.preprocess.step import Done, Finding, Param, Step
from renkei.proof import digest

TEXT = """
schema = "renkei.plan/1"
name = "two"
version = "1"
results = ["c"]
[inputs.ct]
modality = "CT"
[[step]]
name = "slow"
input = "ct"
output = "b"
params = { add = %d }
[[step]]
name = "quick"
input = "b"
output = "c"
params = { add = %d }
"""
RUNS: list[str] = []


def slow(scan, params):
    RUNS.append("slow")
    image = dataclasses.replace(
        scan.image, voxels=scan.image.voxels + np.float32(params["add"] + 0.25)
    )
    return Done((dataclasses.replace(scan, image=image),), {"m": 1.5}, files={"a.txt": b"kept"})


def quick(scan, params):
    RUNS.append("quick")
    image = dataclasses.replace(scan.image, voxels=scan.image.voxels * params["add"])
    return Done((dataclasses.replace(scan, image=image),))


@pytest.fixture
def steps(monkeypatch):
    own = (
        Step("slow", {"add": Param("number", 1.0)}, slow, keeps=True),
        Step("quick", {"add": Param("number", 1.0)}, quick),
    )
    monkeypatch.setattr(plans, "STEPS", own)
    RUNS.clear()
    return own


@pytest.fixture(scope="module")
def given(made):
    data = nifti_bytes(made.image)
    return {"ct": [Given([data], [digest(data)], pack(made.labels))]}


def test_a_changed_last_step_runs_alone(steps, given, tmp_path):
    store = FolderStore(tmp_path / "kept")
    first = run_case(TEXT % (1, 1), given, tmp_path, store=store)
    again = run_case(TEXT % (1, 1), given, tmp_path, store=store)
    assert RUNS == ["slow", "quick", "quick"]
    assert again.made == first.made
    assert again.record == first.record
    assert again.files == {"b.a.txt": b"kept"}
    assert run_case(TEXT % (1, 2), given, tmp_path, store=store).made != first.made
    assert RUNS == ["slow", "quick", "quick", "quick"]
    run_case(TEXT % (2, 2), given, tmp_path, store=store)
    assert RUNS[4:] == ["slow", "quick"]


def test_what_is_kept_and_damaged_is_made_again(steps, given, tmp_path):
    store = FolderStore(tmp_path / "kept")
    first = run_case(TEXT % (1, 1), given, tmp_path, store=store)
    (kept,) = (path for path in (tmp_path / "kept").rglob("*") if path.is_file())
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-9])
    assert run_case(TEXT % (1, 1), given, tmp_path, store=store).made == first.made
    assert RUNS == ["slow", "quick", "slow", "quick"]
    assert kept.read_bytes() == whole


def test_another_scan_or_other_labels_or_other_code_are_another_key(steps, monkeypatch):
    plan = parse_plan(TEXT % (1, 1))
    codes = keys.code_digests(plan)
    inputs = {"ct": [(["a", "b"], "l")]}
    key = keys.plan_keys(plan, inputs, codes)["c"]
    assert keys.plan_keys(plan, {"ct": [(["b", "a"], "l")]}, codes)["c"] == key
    different = [
        keys.plan_keys(plan, {"ct": [(["a"], "l")]}, codes),
        keys.plan_keys(plan, {"ct": [(["a", "b"], None)]}, codes),
        keys.plan_keys(plan, {"ct": [(["a"], "l"), (["b"], "l")]}, codes),
        keys.plan_keys(plan, inputs, codes | {"slow": "other"}),
        keys.plan_keys(parse_plan(TEXT % (2, 1)), inputs, codes),
    ]
    monkeypatch.setattr(keys, "environment", lambda: {"numpy": "other"})
    different.append(keys.plan_keys(plan, inputs, codes))
    assert len({key, *(one["c"] for one in different)}) == 7


def test_the_code_of_a_step_covers_the_modules_that_it_names(tmp_path, monkeypatch):
    package = tmp_path / "brought"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "inner.py").write_text("HALF = 0.5\n")
    (package / "step.py").write_text("from brought import inner\ndef run(scan, params): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    from brought.step import run

    step = Step("brought", {}, run)
    seen = set()
    for text in ("HALF = 0.5\n", "HALF = 0.25\n", "HALF = 0.5\n"):
        (package / "inner.py").write_text(text)
        keys._read.cache_clear()
        keys._digest_of.cache_clear()
        seen.add(keys.code_digest(step))
    assert len(seen) == 2


def test_what_is_kept_comes_back_voxel_for_voxel(made, real_mr):
    floats = dataclasses.replace(made.image, voxels=made.image.voxels.astype(np.float32) / 3)
    table = TableScan("labs", pl.DataFrame({"day": [1, 2], "value": [0.5, None]}))
    dones = [
        Done(
            (made, real_mr, Scan(floats), table),
            {"sigma": 1 / 3},
            Finding.REVIEW,
            "doubt",
            {"f": b"1"},
        )
    ]
    assert can_keep(dones)
    (back,) = unpack_dones(pack_dones(dones))
    for before, after in zip(dones[0].scans[:3], back.scans[:3], strict=True):
        assert after.image.voxels.dtype == before.image.voxels.dtype
        assert np.array_equal(after.image.voxels, before.image.voxels)
        assert dataclasses.replace(after.image, voxels=None) == dataclasses.replace(
            before.image, voxels=None
        )
    assert label_hash(back.scans[0].labels) == label_hash(made.labels)
    assert back.scans[3].frame.equals(table.frame)
    assert (back.measures, back.finding, back.code, back.files) == (
        {"sigma": 1 / 3},
        "review",
        "doubt",
        {"f": b"1"},
    )


@pytest.mark.parametrize("broken", [b"", b"no zstd", pack_dones([])[:-3]])
def test_damaged_bytes_are_refused(broken):
    with pytest.raises(BadKeptError):
        unpack_dones(broken)
