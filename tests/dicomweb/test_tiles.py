"""Deep zoom."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from renkei.dicomweb.tiles import BLOCK, TILE, NoSuchTileError, Pyramid, block_of
from renkei.imaging.slide import open_slide

SVS = str(Path("samples/wsi/cmu_small_region.svs"))


def picture(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data))).astype(int)


@given(st.integers(1, 200_000), st.integers(1, 200_000))
def test_levels_halve_down_to_one_pixel(width, height):
    pyramid = Pyramid(width, height, None)
    assert pyramid.size(pyramid.top) == (width, height)
    assert pyramid.size(0) == (1, 1)
    for level in range(pyramid.top):
        small, large = pyramid.size(level), pyramid.size(level + 1)
        assert all(b / 2 <= a <= b / 2 + 1 for a, b in zip(small, large, strict=True))


def test_the_top_level_is_the_slide():
    block = block_of(SVS, 12, 5, 6)
    assert set(block) == {(c, r) for c in range(4, 8) for r in range(4, 8)}
    with open_slide(Path(SVS)) as slide:
        region = slide.read_region(0, 5 * TILE, 6 * TILE, TILE, TILE)
    assert np.abs(picture(block[5, 6]) - region).mean() < 8


def test_a_lower_level_is_the_slide_made_smaller():
    (tile,) = block_of(SVS, 8, 0, 0).values()
    with open_slide(Path(SVS)) as slide:
        whole = Image.fromarray(slide.read_region(0, 0, 0, 2220, 2967))
    found = picture(tile)
    assert found.shape == (186, 139, 3)
    small = np.asarray(whole.resize((139, 186), Image.Resampling.BOX)).astype(int)
    assert np.abs(found - small).mean() < 6


def test_a_block_at_the_border_holds_only_what_is_there():
    block = block_of(SVS, 12, 8, 11)
    assert max(c for c, _ in block) == 8
    assert max(r for _, r in block) == 11
    assert min(c for c, _ in block) % BLOCK == 0


@pytest.mark.parametrize("place", [(12, 9, 0), (12, 0, 12), (13, 0, 0), (-1, 0, 0), (12, -1, 0)])
def test_a_tile_outside_is_refused(place):
    with pytest.raises(NoSuchTileError):
        block_of(SVS, *place)
