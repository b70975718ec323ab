"""Slides."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renkei.imaging.slide import SlideRefusedError, open_slide

SVS = Path("samples/wsi/cmu_small_region.svs")


def test_the_sample_has_one_level_and_a_pixel_size():
    with open_slide(SVS) as slide:
        (level,) = slide.levels
        assert (level.width, level.height, level.downsample) == (2220, 2967, 1.0)
        assert slide.mpp == pytest.approx(0.499)
        assert slide.associated == ("label", "macro", "thumbnail")


def test_tiles_make_up_the_region():
    with open_slide(SVS) as slide:
        whole = slide.read_region(0, 512, 256, 512, 512)
        parts = [
            np.concatenate([slide.read_region(0, 512 + x, 256 + y, 256, 256) for x in (0, 256)], 1)
            for y in (0, 256)
        ]
        assert np.array_equal(whole, np.concatenate(parts, 0))
        tile = np.asarray(Image.open(io.BytesIO(slide.tile(0, 2, 1))))
        difference = np.abs(tile.astype(int) - whole[:256, :256])
        assert difference.mean() < 4


def test_a_tile_at_the_border_is_smaller():
    with open_slide(SVS) as slide:
        last = Image.open(io.BytesIO(slide.tile(0, 8, 11)))
        assert last.size == (2220 - 8 * 256, 2967 - 11 * 256)


@pytest.mark.parametrize("place", [(0, 9, 0), (0, 0, 12), (0, -1, 0), (1, 0, 0), (-1, 0, 0)])
def test_a_tile_outside_is_refused(place):
    with open_slide(SVS) as slide, pytest.raises(SlideRefusedError):
        slide.tile(*place)


def test_a_region_over_the_limit_is_refused():
    with open_slide(SVS) as slide, pytest.raises(SlideRefusedError):
        slide.read_region(0, 0, 0, 100_000, 100_000)


@pytest.mark.parametrize("data", [b"", b"%PDF", SVS.read_bytes()[:50_000]])
def test_what_is_no_slide_is_refused(tmp_path, data):
    path = tmp_path / "renamed.svs"
    path.write_bytes(data)
    with pytest.raises(SlideRefusedError), open_slide(path) as slide:
        slide.read_region(0, 0, 0, 2220, 2967)


def test_glass_that_nobody_scanned_is_white():
    with open_slide(SVS) as slide:
        outside = slide.read_region(0, 2220, 2967, 8, 8)
        assert (outside == 255).all()
