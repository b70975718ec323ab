"""Slides in parts: a block of tiles is the same whether the rest of the file is there or not."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tests.deid import slides_made

from renkei.dicomweb import ranges
from renkei.dicomweb.ranges import MissingBytesError, Sparse, ranges_of, read_directory
from renkei.dicomweb.tiles import Pyramid, block_of

SVS = Path("samples/wsi/cmu_small_region.svs").read_bytes()


@cache
def pyramid_slide():
    """Return a slide of 2,560 x 2,048 with three levels, as Aperio writes them."""
    rgb = slides_made.tissue(2048, 2560)
    pages = []
    for n in (1, 4, 16):
        level = np.ascontiguousarray(rgb[::n, ::n])
        text = b"Aperio Image Library v1\r\n2560x2048 (64x64) JPEG/RGB Q=90|AppMag = 20|MPP = 0.5\0"
        pages.append(slides_made.picture(level, slides_made.tiles_of(level), t270=(2, text)))
    return slides_made.write(pages)


def fetched(sparse, data, wanted):
    for start, stop in sparse.missing(wanted):
        sparse.fill(start, data[start:stop])


def structure(sparse, data):
    while True:
        try:
            return read_directory(sparse)
        except MissingBytesError as missing:
            fetched(sparse, data, missing.ranges)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    data = pyramid_slide()
    path = tmp_path_factory.mktemp("slide") / "whole.svs"
    path.write_bytes(data)
    return data, str(path)


@pytest.mark.parametrize(
    ("level", "column", "row"),
    [(12, 0, 0), (12, 5, 5), (12, 9, 7), (11, 2, 3), (10, 1, 1), (7, 0, 0)],
)
def test_a_block_is_the_same_from_its_own_bytes_alone(made, monkeypatch, level, column, row):
    monkeypatch.setattr(ranges, "STEP", 1 << 12)
    data, path = made
    pyramid = Pyramid(2560, 2048, 0.5)
    sparse = Sparse(len(data))
    tiff = structure(sparse, data)
    head = sparse.filled
    assert head < len(data) / 20
    wanted = ranges_of(tiff, pyramid, level, column, row)
    fetched(sparse, data, wanted)
    # Level 11 has no page of its own: it is made of the base, four tiles for one.
    assert sparse.filled < len(data) * (0.9 if level == 11 else 0.34)
    assert block_of(sparse.path, level, column, row) == block_of(path, level, column, row)
    sparse.close()


def test_the_sample_tells_where_its_tiles_lie():
    sparse = Sparse(len(SVS))
    tiff = structure(sparse, SVS)
    wanted = ranges_of(tiff, Pyramid(2220, 2967, 0.499), 12, 0, 0)
    assert 0 < sum(stop - start for start, stop in wanted) < len(SVS) / 2
    sparse.close()


@pytest.mark.parametrize(
    "data",
    [
        slides_made.ndpi(),  # one picture per level
        slides_made.write(
            [slides_made.picture(slides_made.tissue(64, 64), [bytes(12288)], t259=(3, [1]))]
        ),
        b"no slide at all, but bytes",
    ],
    ids=["ndpi", "plain", "none"],
)
def test_what_does_not_tell_is_needed_whole(data):
    sparse = Sparse(len(data))
    tiff = structure(sparse, data)
    width, height = (320, 200) if tiff is not None and tiff.ndpi else (64, 64)
    assert ranges_of(tiff, Pyramid(width, height, None), 5, 0, 0) is None
    sparse.close()


def test_bytes_that_are_not_there_are_named_and_never_read_as_zeros(monkeypatch):
    monkeypatch.setattr(ranges, "STEP", 10)
    sparse = Sparse(95)
    assert sparse.missing([(0, 1), (5, 21), (90, 95)]) == [(0, 30), (90, 95)]
    sparse.fill(0, bytes(range(30)))
    assert sparse.missing([(0, 95)]) == [(30, 95)]
    sparse.seek(3)
    assert sparse.read(4) == bytes([3, 4, 5, 6])
    assert sparse.tell() == 7
    sparse.seek(25)
    with pytest.raises(MissingBytesError) as missing:
        sparse.read(10)
    assert missing.value.ranges == [(30, 40)]
    assert sparse.seek(0, 2) == 95
    assert sparse.filled == 30
    sparse.close()
