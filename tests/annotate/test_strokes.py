"""The stroke log: replay gives the mask, whatever was drawn in whatever order."""

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.annotate.shapes import WORDS

from renkei.annotate.strokes import (
    START,
    Run,
    StrokesBrokenError,
    StrokesRefusedError,
    difference,
    drawn,
    empty_canvas,
    pack_runs,
    pack_table,
    replay,
    stroke_hash,
    unpack_runs,
)

SHAPE = (3, 4, 5)
SIZE = 60
organs = arrays(np.uint8, SHAPE, elements=st.integers(0, 6))
lesions = arrays(np.uint8, SHAPE, elements=st.sampled_from([0, 7]))


@settings(deadline=None, max_examples=60)
@given(canvases=st.lists(st.tuples(organs, lesions), min_size=1, max_size=5))
def test_the_log_of_any_changes_replays_into_the_last_canvas(
    canvases: list[tuple[np.ndarray, np.ndarray]],
) -> None:
    log, before = [], empty_canvas(SHAPE, WORDS)
    for organ, lesion in canvases:
        after = {"organs": organ, "lesions": lesion}
        runs = difference(before, after, WORDS)
        if len(runs):
            log.append(pack_table(runs, WORDS, SIZE))
        before = after
    replayed = replay(empty_canvas(SHAPE, WORDS), log, WORDS)
    assert np.array_equal(replayed["organs"], before["organs"])
    assert np.array_equal(replayed["lesions"], before["lesions"])
    assert np.array_equal(drawn(replayed, WORDS)["liver"], before["organs"] == 1)


@pytest.mark.parametrize(
    "runs",
    [
        [],
        [Run("organs", 58, 3, 0, 1)],
        [Run("organs", 0, 3, 1, 1)],
        [Run("organs", 0, 3, 0, 7)],
        [Run("lesions", 0, 3, 0, 1)],
        [Run("bones", 0, 3, 0, 1)],
        [Run("organs", -1, 3, 0, 1)],
        [Run("organs", 0, 3, 0, 1), Run("organs", 2, 3, 0, 2)],
        [Run("organs", 2**62, 2**62, 0, 1)],
    ],
)
def test_runs_that_do_not_fit_are_refused(runs: list[Run]) -> None:
    with pytest.raises(StrokesRefusedError):
        pack_runs(runs, WORDS, SIZE)


def test_a_run_that_finds_another_label_than_it_changes_breaks_the_log() -> None:
    stroke = pack_runs([Run("organs", 3, 4, 2, 1)], WORDS, SIZE)
    with pytest.raises(StrokesBrokenError):
        replay(empty_canvas(SHAPE, WORDS), [stroke], WORDS)


def test_the_hash_covers_place_and_runs_but_not_their_compression() -> None:
    packed = pack_runs([Run("organs", 3, 4, 0, 1)], WORDS, SIZE)
    other = zstandard.ZstdCompressor(level=19).compress(unpack_runs(packed).tobytes())
    one = stroke_hash("a", 1, START, packed)
    assert stroke_hash("a", 1, START, other) == one
    changed = pack_runs([Run("organs", 3, 5, 0, 1)], WORDS, SIZE)
    others = {
        stroke_hash("b", 1, START, packed),
        stroke_hash("a", 2, START, packed),
        stroke_hash("a", 1, "1" * 64, packed),
        stroke_hash("a", 1, START, changed),
    }
    assert one not in others
    assert len(others) == 4
