"""`renkei deid`: one line per file, names from pseudonyms, nothing half written."""

import json
import shutil

import pytest
from tests.deid.planted import SAMPLES, plant
from typer.testing import CliRunner

from renkei.deid.commands import app

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path):
    """Two real files, one with a name in its file name, and three that are no data."""
    source = tmp_path / "in"
    source.mkdir()
    planted = plant(SAMPLES / "mr_dicom" / "brain_003.dcm")
    (source / "YAMADERA_TARO_0090417723.dcm").write_bytes(planted.data)
    shutil.copy(SAMPLES / "ct_dicom" / "slice_01.dcm", source / "a.dcm")
    (source / "empty.dcm").write_bytes(b"")
    (source / "notes.bin").write_bytes(b"\0\1\2Yamadera")
    (source / "cut.dcm").write_bytes(planted.data[:3000])
    assert RUN.invoke(app, ["key", str(tmp_path / "site.key")]).exit_code == 0
    return tmp_path


def run(folder, *more):
    return RUN.invoke(
        app,
        ["run", str(folder / "in"), "--out", str(folder / "out"), "--key",
         str(folder / "site.key"), "--json", *more],
    )  # fmt: skip


def test_each_file_gets_one_line_and_the_counts_close(folder):
    answer = run(folder)
    assert answer.exit_code == 0
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert len(lines) == 5
    held = {line["in"].rpartition("/")[2]: line["reasons"] for line in lines if not line["out"]}
    assert held == {
        "empty.dcm": ["empty"],
        "notes.bin": ["unknown_format"],
        "cut.dcm": ["truncated"],
    }
    written = sorted(p.name for p in (folder / "out").iterdir())
    assert written == sorted(line["out"].rpartition("/")[2] for line in lines if line["out"])
    assert all(name.startswith("2.25.") for name in written)


def test_a_second_run_changes_nothing(folder):
    run(folder)
    before = {p.name: p.read_bytes() for p in (folder / "out").iterdir()}
    assert run(folder).exit_code == 0
    assert {p.name: p.read_bytes() for p in (folder / "out").iterdir()} == before


def test_an_output_with_other_bytes_is_refused_skipped_or_overwritten(folder):
    from renkei.deid.run import OutputExistsError

    run(folder)
    target = next((folder / "out").iterdir())
    good = target.read_bytes()
    target.write_bytes(b"other")
    assert isinstance(run(folder).exception, OutputExistsError)
    assert run(folder, "--existing", "skip").exit_code == 0
    assert target.read_bytes() == b"other"
    assert run(folder, "--existing", "overwrite").exit_code == 0
    assert target.read_bytes() == good


def test_several_jobs_give_the_same_files(folder):
    run(folder)
    one = {p.name: p.read_bytes() for p in (folder / "out").iterdir()}
    shutil.rmtree(folder / "out")
    assert run(folder, "-J", "2").exit_code == 0
    assert {p.name: p.read_bytes() for p in (folder / "out").iterdir()} == one


def test_an_interrupted_run_leaves_no_half_file(folder, monkeypatch):
    from renkei.deid import run as module

    def interrupted(path, part, rules):
        part.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "deidentify_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(module.run(folder / "in", folder / "out", None))
    assert list((folder / "out").iterdir()) == []


def test_the_rules_name_their_edition_and_hash():
    facts = json.loads(RUN.invoke(app, ["rules", "--json"]).stdout)
    assert facts["edition"] == "PS3.15 2024b"
    assert len(facts["sha256"]) == 64
