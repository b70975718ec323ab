"""NIfTI beside its meaning: overlaps, absences and codes survive, and losses are said."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.annotate.shapes import SHAPE, WORDS, ball, labels
from typer.testing import CliRunner

from renkei.annotate.commands import app
from renkei.annotate.files import Format, LabelFileRefusedError, format_in, losses, write_labels
from renkei.annotate.sidecar import nifti_files, read_nifti_files, sidecar_of
from renkei.imaging.labels import label_hash

LIVER = ball(5, 12, 8, 6)
APART = labels(liver=LIVER, spleen=ball(5, 12, 22, 4))
# A lesion lies inside its organ, and a spleen was looked for and is not there.
NESTED = labels(liver=LIVER, spleen=np.zeros(SHAPE, bool), lesion=ball(5, 12, 8, 2))


def written(folder: Path, given) -> Path:
    path = folder / "labels.nii.gz"
    for file, data in nifti_files(given, WORDS, path).items():
        file.write_bytes(data)
    return path


@pytest.mark.parametrize(("given", "maps"), [(APART, 1), (NESTED, 2)])
def test_labels_come_back_with_the_same_hash(tmp_path: Path, given, maps: int) -> None:
    path = written(tmp_path, given)
    assert len(list(tmp_path.glob("*.nii.gz"))) == maps
    assert label_hash(read_nifti_files(path, WORDS, None)) == label_hash(given)


@pytest.mark.parametrize(
    "text",
    ["{}", "[]", "no", '{"files": []}', '{"files": [{"file": "../a.nii.gz", "labels": []}]}'],
)
def test_a_broken_meaning_is_refused(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, APART)
    sidecar_of(path).write_text(text, "utf-8")
    with pytest.raises(LabelFileRefusedError):
        read_nifti_files(path, WORDS, None)


def test_convert_keeps_overlaps_in_nifti_and_says_what_is_lost(tmp_path: Path) -> None:
    packed, back = tmp_path / "a.rklb", tmp_path / "back.rklb"
    packed.write_bytes(write_labels(NESTED, Format.PACKED))
    target = tmp_path / "out.nii.gz"
    run = CliRunner().invoke
    done = run(app, ["convert", str(packed), str(target)])
    assert done.exit_code == 0, done.output
    assert "0.05 mm" in done.stderr
    said = json.loads(sidecar_of(target).read_text("utf-8"))
    assert [row["file"] for row in said["files"]] == ["out.nii.gz", "out-lesions.nii.gz"]
    whole = run(app, ["convert", str(target), str(back)])
    assert whole.exit_code == 0, whole.output
    assert packed.read_bytes() == back.read_bytes()


def test_losses_are_named_per_format() -> None:
    assert losses(APART, Format.PACKED) == ()
    assert any("spleen" in line for line in losses(NESTED, Format.RTSTRUCT))
    assert not any("spleen" in line for line in losses(NESTED, Format.SEG))


def test_a_dicom_object_says_itself_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(b"no DICOM at all")
    assert format_in(tmp_path / "a.rklb") is Format.PACKED
    with pytest.raises(Exception, match="DICOM"):
        format_in(path)
