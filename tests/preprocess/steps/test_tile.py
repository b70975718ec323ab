"""Every tile is kept or has a reason, and a kept one holds the pixels of its place."""

from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.preprocess.steps.slides import SAMPLE, sample, written
from tifffile import TiffFile

from renkei.imaging.slide import open_slide
from renkei.preprocess import StepRefusedError
from renkei.preprocess.steps.tile import STEP
from renkei.select.tiles import tissue_mask


def test_counts_and_pixels(tmp_path: Path) -> None:
    done = STEP.run(sample(tmp_path), STEP.settle({"size": 256}))
    index = pl.read_parquet(BytesIO(done.files["tiles.parquet"]))
    said = done.measures
    assert index.height == said["tiles"] == -(-2220 // 256) * -(-2967 // 256)
    assert said["tiles"] == said["kept"] + said["background"] + said["border"]
    kept = index.filter(pl.col("reason").is_null())
    assert kept["tile"].to_list() == list(range(int(said["kept"])))
    assert kept["tissue"].min() >= 0.5
    assert index.filter(pl.col("reason") == "background")["tissue"].max() < 0.5
    with TiffFile(done.scan.path) as file, open_slide(SAMPLE) as slide:
        column = file.pages.first.asarray()
        for row in kept.gather_every(7).iter_rows(named=True):
            rgb = slide.read_region(0, row["x"], row["y"], 256, 256)
            tile = column[row["tile"] * 256 :][:256]
            assert np.abs(tile.astype(int) - rgb).mean() < 3
            # The share comes from the overview at 8 µm, so it is near that of all pixels.
            assert tissue_mask(rgb).mean() == pytest.approx(row["tissue"], abs=0.15)
    assert "name" not in "".join(index.columns)


def test_a_coarser_level(tmp_path: Path) -> None:
    with open_slide(SAMPLE) as slide:
        rgb = slide.read_region(0, 0, 0, 2220, 2967)
    done = STEP.run(written(rgb, tmp_path, "pyramid"), STEP.settle({"size": 128, "level": 1}))
    index = pl.read_parquet(BytesIO(done.files["tiles.parquet"])).filter(pl.col("column") == 2)
    assert index["x"].unique().to_list() == [512]
    assert index["mpp"][0] == pytest.approx(0.998, rel=1e-3)


def test_glass_and_missing_levels_are_refused(tmp_path: Path) -> None:
    bare = written(np.full((700, 700, 3), 245, np.uint8), tmp_path, "bare")
    for params, code in (({}, "tissue_missing"), ({"level": 3}, "no_such_level")):
        with pytest.raises(StepRefusedError) as refusal:
            STEP.run(bare, STEP.settle(params))
        assert refusal.value.facts["code"] == code
