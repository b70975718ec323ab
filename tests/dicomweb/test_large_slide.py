"""A pyramid of more than 4 GB whose levels are no powers of two: tiles come out all the same."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renkei.dicomweb.tiles import TILE, block_of
from renkei.imaging.slide import open_slide

BLUE, RED = (40, 60, 200), (200, 40, 60)
FAR = 5 << 30
LEVELS = ((46_080, 30_720), (15_360, 10_240), (5_120, 3_584))  # steps of 3, the last of 2.86 down


def jpeg(colour):
    out = io.BytesIO()
    Image.new("RGB", (TILE, TILE), colour).save(out, "JPEG", quality=95)
    return out.getvalue()


def directory(width, height, starts, sizes, at, *, reduced):
    """Return one BigTIFF directory and the arrays that it points to, to lie at `at`."""
    count = 14 if reduced else 13
    body = at + 8 + 20 * count + 8
    arrays = np.array(starts, "<u8").tobytes() + np.array(sizes, "<u8").tobytes()
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 3, 8 | 8 << 16 | 8 << 32),
        (259, 3, 1, 7),
        (262, 3, 1, 6),
        (277, 3, 1, 3),
        (284, 3, 1, 1),
        (322, 4, 1, TILE),
        (323, 4, 1, TILE),
        (324, 16, len(starts), body),
        (325, 16, len(sizes), body + 8 * len(starts)),
        (339, 3, 3, 1 | 1 << 16 | 1 << 32),
        (530, 3, 2, 2 | 2 << 16),
    ]
    if reduced:
        entries.insert(0, (254, 4, 1, 1))
    rows = b"".join(struct.pack("<HHQQ", *entry) for entry in entries)
    after = body + len(arrays)
    return struct.pack("<Q", count) + rows + struct.pack("<Q", after) + arrays


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A sparse file: each tile is one of two pictures, the red ones beyond 5 GB."""
    path = tmp_path_factory.mktemp("slide") / "large.tif"
    blue, red = jpeg(BLUE), jpeg(RED)
    with path.open("wb") as file:
        file.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16 + len(blue)) + blue)
        at = 16 + len(blue)
        for number, (width, height) in enumerate(LEVELS):
            across, down = -(-width // TILE), -(-height // TILE)
            right = [n % across >= across // 2 for n in range(across * down)]
            starts = [FAR if far else 16 for far in right]
            sizes = [len(red) if far else len(blue) for far in right]
            data = directory(width, height, starts, sizes, at, reduced=number > 0)
            if number == len(LEVELS) - 1:
                # The last one names no next.
                end = 8 + 20 * 14
                data = data[:end] + bytes(8) + data[end + 8 :]
            file.write(data)
            at += len(data)
        file.seek(FAR)
        file.write(red)
    return path


def colours(tile):
    picture = np.asarray(Image.open(io.BytesIO(tile))).astype(int)
    return picture[2:-2, 2:-2].reshape(-1, 3).mean(axis=0)


def test_tiles_beyond_four_gigabytes_and_between_the_levels(large: Path):
    assert large.stat().st_size > 4 << 30
    with open_slide(large) as slide:
        assert [round(level.downsample, 2) for level in slide.levels][:2] == [1, 3]
    top = 16
    # Of full size, between the first two levels, and below the last but one.
    for level in (top, top - 2, top - 4):
        last = (LEVELS[0][0] // 2 ** (top - level) - 1) // TILE
        left, right = block_of(str(large), level, 0, 0), block_of(str(large), level, last, 0)
        assert np.abs(colours(left[0, 0]) - BLUE).max() < 12, level
        assert np.abs(colours(right[last, 0]) - RED).max() < 12, level
