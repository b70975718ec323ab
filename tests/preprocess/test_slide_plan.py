"""A slide goes through a whole plan: files on disk, hashes in the record, nothing of its text."""

from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from tests.preprocess.steps.slides import SAMPLE, part, written

from renkei.imaging.slide import open_slide
from renkei.preprocess.case import Given, run_case
from renkei.preprocess.made import digest_of
from renkei.preprocess.plan import load_plan


def test_the_built_in_plan(tmp_path: Path) -> None:
    slide = written(part(side=600), tmp_path, "he")
    text = load_plan("he_slide").text
    produced = run_case(text, {"he": [Given([slide.path], ["0" * 64])]}, tmp_path)
    whole, tiles = produced.made
    assert produced.finding == "accept"
    with open_slide(whole.data) as shown:
        assert shown.mpp == pytest.approx(0.5, rel=1e-4)
        assert (shown.levels[0].width, shown.levels[0].height) == (599, 599)
    index = pl.read_parquet(BytesIO(produced.files["tiles.tiles.parquet"]))
    kept = index.filter(pl.col("reason").is_null())
    assert kept.height > 0
    with open_slide(tiles.data) as column:
        assert column.levels[0].height == 256 * kept.height
    for made in (whole, tiles):
        assert produced.record["outputs"][made.name]["sha256"] == digest_of(made)
    again = run_case(text, {"he": [Given([slide.path], ["0" * 64])]}, tmp_path)
    assert again.record["outputs"] == produced.record["outputs"]


def test_two_slides_as_bytes_stay_two(tmp_path: Path) -> None:
    plan = """
schema = "renkei.plan/1"
name = "two"
version = "1"
results = ["a2", "b2"]
[inputs.a]
modality = "SM"
[inputs.b]
modality = "SM"
[[step]]
name = "mpp"
input = "a"
output = "a2"
params = { mpp = 2.0 }
[[step]]
name = "mpp"
input = "b"
output = "b2"
params = { mpp = 2.0 }
"""
    other = written(part(side=300), tmp_path, "b").path.read_bytes()
    given = {"a": [Given([SAMPLE.read_bytes()], ["1"])], "b": [Given([other], ["2"])]}
    one, two = run_case(plan, given, tmp_path).made
    assert digest_of(one) != digest_of(two)
    for made in (one, two):
        # What the scanner wrote beside the pixels (dates, users, file names) does not travel.
        assert b"Aperio" not in made.data.read_bytes()
