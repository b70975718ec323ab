"""The centre stays, spacing is exact, volumes of labels stay within a bound, ramps stay ramps."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import Code, LabelSet, Segment
from renkei.imaging.volume import Volume
from renkei.preprocess.grid import grid_at
from renkei.preprocess.held import Scan
from renkei.preprocess.step import BadParameterError, StepRefusedError
from renkei.preprocess.steps.resample import STEP


@settings(max_examples=50)
@given(
    shape=st.tuples(*[st.integers(1, 60)] * 3),
    old=st.tuples(*[st.floats(0.3, 6)] * 3),
    new=st.tuples(*[st.floats(0.3, 6)] * 3),
)
def test_the_grid_keeps_the_centre_and_cuts_nothing_off(shape, old, new) -> None:
    before = Geometry(shape, old, (3.0, 4.0, 5.0))
    after = grid_at(before, new)

    def centre(g: Geometry) -> tuple[float, ...]:
        return g.point(*((n - 1) / 2 for n in g.shape))

    assert after.spacing == new
    assert centre(after) == pytest.approx(centre(before), abs=1e-6)
    for n, was, m, now in zip(shape, old, after.shape, new, strict=True):
        assert n * was <= m * now + 1e-4
        assert (m - 1) * now < n * was + 1e-4


def test_made_organs_keep_their_volume(made: Scan) -> None:
    """Lesions of a few hundred voxels may lose a little; organs stay within two per cent."""
    done = STEP.run(made, STEP.settle({"spacing": [1.5, 1.5, 1.5]}))
    kept = {
        s.name: done.measures[f"volume_kept_{s.number}"]
        for s in made.labels.segments
        if s.mask.any()
    }
    assert kept.pop("lesion") == pytest.approx(1, abs=0.06)
    assert all(abs(share - 1) < 0.02 for share in kept.values()), kept
    assert done.scan.labels.geometry == done.scan.image.geometry


def test_labels_and_image_take_the_same_way(made: Scan) -> None:
    """An image that is its own label stays its own label, voxel by voxel."""
    liver = made.labels.named("liver")
    image = replace(made.image, voxels=np.where(liver.mask, 1000, -1000).astype(np.int16))
    scan = Scan(image, LabelSet(made.labels.geometry, (replace(liver, number=1),)))
    done = STEP.run(scan, STEP.settle({"spacing": [1.5, 1.5, 1.5]}))
    other = (done.scan.image.voxels >= 0) != done.scan.labels.segments[0].mask
    assert other.sum() < 1e-3 * done.scan.labels.segments[0].mask.sum()


def test_a_ramp_stays_the_same_ramp_in_mm() -> None:
    z, y, x = np.indices((12, 14, 16))
    voxels = (10 * z + 5 * y + 2 * x).astype(np.float32)
    image = Volume(voxels, Geometry(voxels.shape, (3.0, 2.0, 1.0), (1.0, 2.0, 3.0)), "MR")
    fine = STEP.run(Scan(image), STEP.settle({"spacing": [0.5, 1.0, 1.5]})).scan.image
    for index in [(4, 8, 12), (10, 10, 10), (15, 20, 25)]:
        there = image.geometry.index(fine.geometry.point(*index))
        expected = 10 * there[0] + 5 * there[1] + 2 * there[2]
        assert fine.voxels[index] == pytest.approx(expected, abs=1e-3)


def test_an_overlap_and_an_asserted_absence_survive() -> None:
    geometry = Geometry((6, 6, 6), (2.0, 2.0, 2.0))
    big = np.zeros((6, 6, 6), bool)
    big[1:5, 1:5, 1:5] = True
    small = np.zeros_like(big)
    small[2:4, 2:4, 2:4] = True
    segments = tuple(
        Segment(i + 1, n, Code("X", n, n), m)
        for i, (n, m) in enumerate({"organ": big, "lesion": small, "none": big & False}.items())
    )
    scan = Scan(Volume(np.zeros((6, 6, 6), np.int16), geometry, "CT"), LabelSet(geometry, segments))
    after = STEP.run(scan, STEP.settle({})).scan.labels
    assert (after.named("lesion").mask & ~after.named("organ").mask).sum() == 0
    assert after.named("lesion").mask.any()
    assert not after.named("none").mask.any()


def test_what_would_not_fit_is_refused() -> None:
    image = Volume(np.zeros((100, 100, 100), np.int16), Geometry((100,) * 3, (5.0,) * 3), "CT")
    with pytest.raises(StepRefusedError):
        STEP.run(Scan(image), STEP.settle({"spacing": [0.2, 0.2, 0.2]}))
    with pytest.raises(BadParameterError):
        STEP.settle({"spacing": [0, 1, 1]})
