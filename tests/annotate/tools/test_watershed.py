"""Watershed from scribbles."""

import numpy as np
import pytest
from tests.annotate.tools.scenes import ball, scene

from renkei.annotate.overlap import dice
from renkei.annotate.tool import INSIDE, OUTSIDE, NothingScribbledError
from renkei.annotate.tools.watershed import ScribblesTooWideError, watershed_scribbles

ORGAN = ball((11, 61, 61), 12.0)
RNG = np.random.default_rng(3)
CT = (np.where(ORGAN, 110, 20) + RNG.normal(0, 12, ORGAN.shape)).astype(np.int16)
NOTHING = np.zeros_like(ORGAN)


def scribbles(*, outside: bool = True) -> np.ndarray:
    """Return a line through the organ and, if wanted, a frame around it, on three slices."""
    found = np.zeros(ORGAN.shape, np.uint8)
    for z in (2, 5, 8):
        found[z, 30, 24:37] = INSIDE
        if outside:
            found[z, 10:51, 12] = found[z, 10:51, 48] = OUTSIDE
            found[z, 12, 10:51] = found[z, 48, 10:51] = OUTSIDE
    return found


@pytest.mark.parametrize("outside", [True, False])
def test_the_organ_is_found_between_the_scribbles(*, outside: bool) -> None:
    made = scene(
        NOTHING, (3.0, 1.0, 1.0), voxels=CT, hounsfield=True, scribbles=scribbles(outside=outside)
    )
    # With 10 mm the border of the crop, which is outside then, would run through the organ.
    found = watershed_scribbles(made, margin_mm=10.0 if outside else 20.0)
    assert (dice(found[2:9], ORGAN[2:9]) or 0) > 0.93
    # Nothing is said about slices before the first and after the last scribble.
    assert not found[:2].any()
    assert not found[9:].any()


def test_one_slice_alone_and_what_is_drawn_already_stays() -> None:
    single = np.zeros(ORGAN.shape, np.uint8)
    single[5] = scribbles()[5]
    drawn, taken = NOTHING.copy(), NOTHING.copy()
    drawn[0, 1, 1] = True
    taken[5, 30, 30] = True
    found = watershed_scribbles(scene(drawn, voxels=CT, scribbles=single, taken=taken))
    assert found[0, 1, 1]
    assert not found[5, 30, 30]
    assert (dice(found[5], ORGAN[5]) or 0) > 0.93
    assert not found[4].any()


def test_scribbles_that_are_missing_or_reach_too_far_are_refused() -> None:
    only_outside = np.where(scribbles() == OUTSIDE, np.uint8(OUTSIDE), np.uint8(0))
    with pytest.raises(NothingScribbledError, match="Scribble a line"):
        watershed_scribbles(scene(NOTHING, voxels=CT, scribbles=only_outside))
    wide = np.zeros((21, 320, 320), np.uint8)
    wide[0, 0, 0] = wide[-1, -1, -1] = INSIDE
    with pytest.raises(ScribblesTooWideError, match="too far"):
        watershed_scribbles(scene(wide > 9, voxels=wide, scribbles=wide))
