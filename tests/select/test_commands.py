"""The commands judge real folders, one JSON line per case, and refuse with a sentence."""

import json
import shutil
from pathlib import Path

from typer.testing import CliRunner

from renkei.select.commands import ModalityNeededError, app

RUN = CliRunner().invoke


def copy(sample: str, folder: Path) -> None:
    shutil.copytree(Path("samples", sample), folder, ignore=shutil.ignore_patterns("*.md"))


def test_every_case_of_a_folder_is_one_line(tmp_path: Path) -> None:
    source = tmp_path / "in"
    copy("ct_dicom", source / "ct")
    (source / "ct" / "slice_07.dcm").unlink()
    copy("mr_dicom", source / "mr")
    shutil.copy("samples/wsi/cmu_small_region.svs", source / "slide.svs")
    (source / "mr" / "readme.txt").write_text("no image")
    done = RUN(app, ["judge", str(source), "--age", "50", "--json", "-J", "2"])
    assert done.exit_code == 0, done.exception
    lines = {line["case"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert {name: line["outcome"] for name, line in lines.items()} == {
        "ct": "exclude",
        "mr": "accept",
        "mr/readme.txt": "exclude",
        "slide.svs": "accept",
    }
    assert lines["ct"]["reasons"][0]["key"] == "geometry.missing_slice"
    assert "not_dicom" in [reason["key"] for reason in lines["mr/readme.txt"]["reasons"]]


def test_a_nifti_needs_a_modality() -> None:
    file = "samples/ct_nifti/example_ct.nii.gz"
    assert isinstance(RUN(app, ["judge", file]).exception, ModalityNeededError)
    done = RUN(app, ["judge", file, "--modality", "CT", "--age", "40"])
    assert done.stdout.startswith("review\texample_ct.nii.gz")


def test_a_copied_series_is_named(tmp_path: Path) -> None:
    for name in ("one", "two"):
        copy("mr_dicom", tmp_path / "in" / name)
    done = RUN(app, ["duplicates", str(tmp_path / "in"), "--json"])
    assert json.loads(done.stdout) == {"first": "one", "second": "two", "share": 1.0}


def test_the_built_in_recipes_are_listed_with_their_hash() -> None:
    [line] = RUN(app, ["recipes", "--json"]).stdout.splitlines()
    assert json.loads(line)["name"] == "ct_abdomen"
