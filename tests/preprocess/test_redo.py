"""An output is made again from its record; its provenance is whole as W3C PROV."""

import json
from pathlib import Path

import numpy as np
import pytest
from prov.model import ProvDocument
from typer.testing import CliRunner

from renkei.imaging.labels import pack
from renkei.imaging.nifti import read_nifti, write_nifti
from renkei.preprocess import redo
from renkei.preprocess.commands import app
from renkei.preprocess.prov import BadRecordError, NoRecordError, as_prov, read_record
from renkei.preprocess.redo import (
    BadRecordPlanError,
    InputsGoneError,
    NoSuchOutputError,
    Outcome,
    VersionsDifferError,
    redo_output,
)

RUN = CliRunner().invoke
PLAN = """
schema = "renkei.plan/1"
name = "quick"
version = "1"
results = ["c"]
[inputs.ct]
modality = "CT"
[[step]]
name = "orient"
input = "ct"
output = "b"
[[step]]
name = "window"
input = "b"
output = "c"
"""


@pytest.fixture
def place(tmp_path, made):
    (tmp_path / "plan.toml").write_text(PLAN)
    for name in ("one", "two"):
        (tmp_path / "in" / name).mkdir(parents=True)
        write_nifti(made.image, tmp_path / "in" / name / "ct.nii.gz")
    (tmp_path / "in" / "one" / "labels.rlab").write_bytes(pack(made.labels))
    words = ["run", str(tmp_path / "plan.toml"), str(tmp_path / "in"), str(tmp_path / "out")]
    done = RUN(app, words)
    assert done.exit_code == 0, done.exception
    return tmp_path


def test_an_output_comes_again_byte_for_byte_from_its_hash(place):
    sha256 = read_record(place / "out" / "one")["outputs"]["c"]["sha256"]
    words = ["redo", sha256[:12], "--out", str(place / "out"), "--source", str(place / "in")]
    done = RUN(app, [*words, "--json"])
    assert done.exit_code == 0, done.exception
    assert json.loads(done.stdout) == {"case": "one", "output": "c", "outcome": "identical"}
    # Wherever the files lie now, their hashes find them.
    (place / "in" / "one").rename(place / "in" / "moved")
    assert RUN(app, words).stdout.startswith("one\tc\tidentical")


def test_what_is_not_the_same_is_said_with_its_size(place):
    folder = place / "out" / "one"
    record = json.loads((folder / "provenance.json").read_text())
    image = read_nifti(folder / "c.nii.gz")
    image.voxels[0, 0, 0] += 3
    write_nifti(image, folder / "c.nii.gz")
    record["outputs"]["c"]["sha256"] = "f" * 64
    (folder / "provenance.json").write_text(json.dumps(record))
    again = redo_output("f" * 64, out=place / "out", source=place / "in")
    assert (again.outcome, again.difference, again.held) == (Outcome.DIFFERS, 3.0, False)


def test_what_cannot_be_made_again_is_refused_with_the_reason(place, monkeypatch):
    folder = place / "out" / "one"
    sha256 = read_record(folder)["outputs"]["c"]["sha256"]
    where = {"out": place / "out", "source": place / "in"}
    for wrong in ("0" * 64, sha256[:7]):
        with pytest.raises(NoSuchOutputError):
            redo_output(wrong, **where)
    monkeypatch.setattr(redo, "environment", lambda: {"numpy": "0"})
    with pytest.raises(VersionsDifferError, match="numpy"):
        redo_output(sha256, **where)
    assert redo_output(sha256, **where, other_versions=True).outcome is Outcome.IDENTICAL
    monkeypatch.undo()
    monkeypatch.setattr(redo, "code_digests", lambda _plan: {"": "x", "orient": "", "window": ""})
    with pytest.raises(VersionsDifferError, match="code of a step"):
        redo_output(sha256, **where)
    monkeypatch.undo()
    (folder / "plan.toml").write_text(PLAN.replace('"quick"', '"other"'))
    with pytest.raises(BadRecordPlanError):
        redo_output(sha256, **where)
    (folder / "plan.toml").write_text(PLAN)
    for name in ("one", "two"):
        (place / "in" / name / "ct.nii.gz").write_bytes(b"changed")
    with pytest.raises(InputsGoneError):
        redo_output(sha256, **where)


def test_the_provenance_leads_from_each_result_to_the_files_that_went_in(place):
    record = read_record(place / "out" / "one")
    done = RUN(app, ["prov", str(place / "out" / "one")])
    document = ProvDocument.deserialize(content=done.stdout, format="json")
    said = json.loads(done.stdout)
    parents = {}
    for one in said["wasDerivedFrom"].values():
        parents.setdefault(one["prov:generatedEntity"], set()).add(one["prov:usedEntity"])
    chain = [f"renkei:sha256-{record['outputs']['c']['sha256']}"]
    for _ in range(3):
        (parent,) = parents[chain[-1]]
        chain.append(parent)
    # The result's file, what window and orient made, the scan, and what it was read from.
    given = record["inputs"]["ct"]
    sources = {
        f"renkei:sha256-{given['sha256'][0]}",
        f"renkei:labels-{given['scans'][0]['labels']}",
    }
    assert parents[chain[-1]] == sources
    assert {*chain, *sources} <= set(said["entity"])
    assert parents[f"renkei:labels-{record['outputs']['c']['labels']}"] >= {chain[1]}
    assert len(said["activity"]) == 2
    assert len(said["used"]) == len(said["wasGeneratedBy"]) == 2
    assert len(said["wasAssociatedWith"]) == 2
    lines = as_prov(record, notation="provn").splitlines()
    assert sorted(lines) == sorted(document.get_provn().splitlines())
    assert "time" not in done.stdout.lower()


def test_a_folder_without_a_record_is_refused(tmp_path):
    with pytest.raises(NoRecordError):
        read_record(tmp_path)
    for text in ("no json", "[]", '{"format": "renkei.run/1"}'):
        (tmp_path / "provenance.json").write_text(text)
        with pytest.raises(BadRecordError):
            read_record(tmp_path)


def test_the_two_cases_have_one_image_and_two_records(place):
    one, two = (read_record(place / "out" / name) for name in ("one", "two"))
    assert one["outputs"]["c"]["sha256"] == two["outputs"]["c"]["sha256"]
    # Labels went in with the first alone.
    assert one["inputs"]["ct"]["key"] != two["inputs"]["ct"]["key"]
    assert np.array_equal(
        *(read_nifti(Path(place, "out", n, "c.nii.gz")).voxels for n in ("one", "two"))
    )
