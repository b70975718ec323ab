"""A scale bar keeps its length in micrometres, and what is drawn on a slide goes along."""

from pathlib import Path

import numpy as np
import pytest
from tests.preprocess.steps.slides import MPP, part, sample, whole, written

from renkei.imaging.outlines import Kind, Outline
from renkei.imaging.slide import open_slide
from renkei.preprocess import SlideScan, StepRefusedError
from renkei.preprocess.rescale import rescaled
from renkei.preprocess.slide_map import carry_elements, scaling
from renkei.preprocess.slides import Canvas, write_slide
from renkei.preprocess.steps.mpp import STEP

BAR = (300, 1700)


@pytest.mark.parametrize("wanted", [0.5, 0.77, 1.0, 3.1])
def test_a_scale_bar_keeps_its_length(tmp_path: Path, wanted: float) -> None:
    rgb = np.full((900, 2200, 3), 250, np.uint8)
    rgb[400:500, BAR[0] : BAR[1]] = 20
    done = STEP.run(written(rgb, tmp_path, "bar", 0.4), STEP.settle({"mpp": wanted}))
    with open_slide(done.scan.path) as slide:
        assert slide.mpp == pytest.approx(wanted, rel=1e-4)
        assert slide.levels[0].width == int(np.ceil(2200 * 0.4 / wanted - 1e-6))
    row = whole(done.scan)[round(450 * 0.4 / wanted), :, 0].astype(float)
    dark = (250 - row) / 230
    # The bar's middle and length, to a tenth of a pixel.
    assert dark.sum() * wanted == pytest.approx((BAR[1] - BAR[0]) * 0.4, abs=0.1 * wanted + 0.5)
    middle = (dark * (np.arange(len(row)) + 0.5)).sum() / dark.sum() * wanted
    assert middle == pytest.approx(sum(BAR) / 2 * 0.4, abs=0.1 * wanted)


def test_blocks_meet_without_a_seam(tmp_path: Path) -> None:
    with open_slide(sample(tmp_path).path) as slide:
        canvas, block = rescaled(slide, 0.73)
        at_once = block(0, 0, canvas.width, 600)
        parts = [block(x, 0, min(190, canvas.width - x), 600) for x in range(0, canvas.width, 190)]
    assert np.abs(at_once.astype(int) - np.concatenate(parts, axis=1)).max() <= 1


def test_a_slide_of_that_size_comes_back_as_it_is(tmp_path: Path) -> None:
    slide = sample(tmp_path)
    assert STEP.run(slide, STEP.settle({"mpp": MPP})).scan == slide


def test_the_levels_lie_over_each_other(tmp_path: Path) -> None:
    """Two levels beyond what a block holds whole: the path of very large slides."""
    tall = np.zeros((17_000, 192, 3), np.uint8)
    tall[8_000:, 64:] = 200

    def block(left: int, top: int, width: int, height: int) -> np.ndarray:
        return tall[top : top + height, left : left + width]

    write_slide(tmp_path / "tall.tif", Canvas(192, 17_000, 0.25), block)
    with open_slide(tmp_path / "tall.tif") as slide:
        assert [(level.width, level.height) for level in slide.levels] == [
            (192 >> n, 17_000 >> n) for n in range(6)
        ]
        for number, level in enumerate(slide.levels):
            rgb = slide.read_region(number, 0, 0, level.width, level.height)
            down = 8_000 >> number
            assert rgb[down + 4 :, 64 >> number :][:, 1:].min() > 170
            assert rgb[: down - 4].max() < 30


def test_what_was_not_scanned_is_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(StepRefusedError) as finer:
        STEP.run(sample(tmp_path), STEP.settle({"mpp": 0.25}))
    assert finer.value.facts["code"] == "finer_than_scanned"
    unknown = written(part(side=300), tmp_path, "unknown", None)
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(SlideScan(unknown.path, tmp_path), STEP.settle({}))
    assert refusal.value.facts["code"] == "mpp_unknown"


def test_elements_go_along() -> None:
    box = ((10.0, 20.0), (30.0, 20.0), (30.0, 60.0), (10.0, 60.0), (10.0, 20.0))
    tumour = Outline("tumour", (box,), kind=Kind.RECTANGLE, id="1")
    (carried,) = carry_elements([tumour], scaling(2.0).to_new)
    assert carried.kind is Kind.RECTANGLE
    assert carried.rings[0][2] == (15.0, 30.0)
    assert carried.area_px() == tumour.area_px() / 4
