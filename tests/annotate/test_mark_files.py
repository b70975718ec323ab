"""Marks come out as a table and as a structured report that other readers understand."""

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.imaging.conftest import small_volume
from tests.imaging.test_measurements import HEADER

from renkei.annotate.mark_files import marks_csv, report_of_marks
from renkei.annotate.marks import Mark, MarkKind, value_at
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.made import write_ct_series
from renkei.imaging.measurements import read_measurements
from renkei.imaging.structured import StructuredRefusedError
from renkei.imaging.volume import read_series

WORDS = load_vocabulary("chest-ct-nodules")
FILES = write_ct_series(small_volume(), HEADER)
IMAGE = read_series(FILES)
GRID = IMAGE.geometry


def at(*indices: tuple[float, float, float]) -> tuple:
    return tuple(GRID.point(*index) for index in indices)


MARKS = [
    value_at(mark, GRID, IMAGE.voxels)
    for mark in (
        Mark(MarkKind.RULER, "non_target", at((0, 1, 1), (2, 1, 4))),
        Mark(MarkKind.BIDIRECTIONAL, "target", at((1, 2, 1), (1, 2, 5), (1, 1, 3), (1, 3, 3))),
        Mark(MarkKind.RECTANGLE, "reference_tissue", at((1, 1, 1), (1, 4, 5))),
        Mark(MarkKind.ARROW, "non_target", at((1, 1, 1), (1, 3, 3)), text="=1+1"),
        Mark(MarkKind.CLASS, "image_quality", answer="good"),
    )
]


def test_the_table_has_every_number_with_its_unit_and_its_image() -> None:
    text = marks_csv(MARKS, WORDS, GRID, modality="CT", sop_uids=IMAGE.sop_uids)
    rows = list(csv.DictReader(io.StringIO(text)))
    found = {(row["label"], row["name"]): row for row in rows}
    long = found["target", "long_mm"]
    assert (float(long["value"]), long["unit"]) == (MARKS[1].values["long_mm"], "mm")
    assert (long["slice"], long["sop_uid"]) == ("2", IMAGE.sop_uids[1])
    assert found["reference_tissue", "mean"]["unit"] == "HU"
    assert found["image_quality", ""]["answer"] == "good"
    assert found["non_target", ""]["text"] == "'=1+1"


def test_the_report_gives_the_numbers_back_and_has_no_error(tmp_path: Path) -> None:
    rows = [mark.to_json() for mark in MARKS]
    written = report_of_marks(rows, WORDS.reference, GRID, FILES, "CT", "seed")
    groups = {g.tracking: g for g in read_measurements(written).groups}
    assert [n.value for n in groups["target 2"].numbers] == list(MARKS[1].values.values())
    region = MARKS[2].values
    assert [n.value for n in groups["reference_tissue 3"].numbers] == [
        region[name] for name in ("mean", "sd", "min", "max", "area_mm2")
    ]
    validator = shutil.which("dciodvfy")
    if validator is None:
        pytest.skip("dciodvfy of dicom3tools is not installed")
    path = tmp_path / "marks.dcm"
    path.write_bytes(written)
    said = subprocess.run([validator, str(path)], capture_output=True, text=True, check=False)
    assert [line for line in said.stderr.splitlines() if line.startswith("Error")] == []


def test_without_a_dicom_image_there_is_a_table_but_no_report() -> None:
    with pytest.raises(StructuredRefusedError):
        report_of_marks([MARKS[0].to_json()], WORDS.reference, GRID, [], "CT", "seed")
