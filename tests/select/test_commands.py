"""The commands judge real folders, one JSON line per case, and refuse with a sentence."""

import json
import shutil
from pathlib import Path

from typer.testing import CliRunner

from renkei.select.commands import ModalityNeededError, app
from renkei.select.recipe import load_recipe, parse_recipe

RUN = CliRunner().invoke


def copy(sample: str, folder: Path) -> None:
    shutil.copytree(Path("samples", sample), folder, ignore=shutil.ignore_patterns("*.md"))


def test_every_case_of_a_folder_is_one_line(tmp_path: Path) -> None:
    source = tmp_path / "in"
    copy("ct_dicom", source / "ct")
    (source / "ct" / "slice_07.dcm").unlink()
    copy("mr_dicom", source / "mr")
    shutil.copy("samples/wsi/cmu_small_region.svs", source / "slide.svs")
    (source / "mr" / "readme.md").write_text("no image")
    done = RUN(app, ["judge", str(source), "--age", "50", "--json", "-J", "2"])
    assert done.exit_code == 0, done.exception
    lines = {line["case"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert {name: line["outcome"] for name, line in lines.items()} == {
        "ct": "exclude",
        "mr": "accept",
        "mr/readme.md": "exclude",
        "slide.svs": "accept",
    }
    assert lines["ct"]["reasons"][0]["key"] == "geometry.missing_slice"
    assert "not_dicom" in [reason["key"] for reason in lines["mr/readme.md"]["reasons"]]


def test_a_nifti_needs_a_modality() -> None:
    file = "samples/ct_nifti/example_ct.nii.gz"
    assert isinstance(RUN(app, ["judge", file]).exception, ModalityNeededError)
    done = RUN(app, ["judge", file, "--modality", "CT", "--age", "40"])
    assert done.stdout.startswith("review\texample_ct.nii.gz")


def test_a_copied_series_is_named(tmp_path: Path) -> None:
    for name in ("one", "two"):
        copy("mr_dicom", tmp_path / "in" / name)
    done = RUN(app, ["duplicates", str(tmp_path / "in"), "--json"])
    found = json.loads(done.stdout)
    assert (found["first"], found["second"]) == ("one", "two")
    assert (found["kind"], found["share"], found["how"]) == ("identical", 1.0, [])


def test_the_built_in_recipes_are_listed_with_their_hash() -> None:
    [line] = RUN(app, ["recipes", "--json"]).stdout.splitlines()
    assert json.loads(line)["name"] == "ct_abdomen"


def test_what_was_judged_is_tried_by_another_recipe(tmp_path: Path) -> None:
    source, verdicts = tmp_path / "in", tmp_path / "verdicts.jsonl"
    copy("ct_dicom", source / "ct")
    copy("mr_dicom", source / "mr")
    verdicts.write_text(RUN(app, ["judge", str(source), "--age", "50", "--json"]).stdout)
    strict = tmp_path / "strict.toml"
    builtin = load_recipe("ct_abdomen").text
    strict.write_text(builtin.replace('modalities = ["CT", "MR", "SM"]', 'modalities = ["CT"]'))
    tried = ["dry-run", str(verdicts), "--recipe", str(strict), "--against", "ct_abdomen"]
    done = RUN(app, [*tried, "--json"])
    assert done.exit_code == 0, done.exception
    said = json.loads(done.stdout)
    assert said["flow"][2]["assessed"] == 2
    assert [c["case"] for c in said["comparison"]["changes"]] == ["mr"]
    assert said["comparison"]["changes"][0]["reasons_after"] == ["modality_not_wanted"]
    text = RUN(app, tried).stdout
    assert "rule modality\texcludes 1 of 2 alone, 1 in order" in text
    assert "mr\tselected -> excluded\tmodality_not_wanted" in text
    written = RUN(app, ["strata", str(verdicts), "--by", "modality,body_part"]).stdout
    strata = parse_recipe(builtin.split("[[stratum]]")[0] + written).strata
    assert {s.patients for s in strata if s.metric == "geometry"} == {1}
