"""A body inside the field touches nothing; the more is cut off, the more border it touches."""

import numpy as np

from renkei.select.metrics.ct_truncation import border_touched


def body(size: int = 128) -> np.ndarray:
    y, x = np.mgrid[:size, :size]
    return np.where((y - 64) ** 2 + (x - 64) ** 2 < 48**2, 40, -1000).astype(np.int16)


def test_a_whole_body_touches_nothing() -> None:
    assert border_touched(body()) == 0


def test_a_tighter_cut_touches_more() -> None:
    shares = [border_touched(body()[cut:-cut, cut:-cut]) for cut in (12, 20, 28, 36)]
    assert shares == sorted(shares)
    assert 0 < shares[1] < shares[3] <= 1


def test_air_holds_no_body() -> None:
    assert border_touched(np.full((64, 64), -1000, dtype=np.int16)) is None
