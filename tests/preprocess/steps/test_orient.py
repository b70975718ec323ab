"""Turning keeps every voxel in its place in the patient, and turning twice changes nothing."""

from dataclasses import replace
from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import Code, LabelSet, Segment
from renkei.imaging.volume import Volume
from renkei.preprocess.held import Scan
from renkei.preprocess.steps.orient import STEP

SHAPE = (3, 4, 5)


def scan_with(direction: np.ndarray) -> Scan:
    voxels = np.arange(60, dtype=np.int16).reshape(SHAPE)
    geometry = Geometry(SHAPE, (3.0, 2.0, 1.5), (10.0, -20.0, 30.0), tuple(direction.ravel()))
    mask = voxels % 7 == 0
    labels = LabelSet(geometry, (Segment(1, "a", Code("X", "1", "a"), mask),))
    return Scan(Volume(voxels, geometry, "CT", sop_uids=("1", "2", "3")), labels)


def places(volume: Volume) -> dict[int, tuple[float, ...]]:
    return {
        int(value): tuple(np.round(volume.geometry.point(*index), 6))
        for index, value in np.ndenumerate(volume.voxels)
    }


@settings(max_examples=48)
@given(
    order=st.sampled_from(list(permutations(range(3)))),
    signs=st.tuples(*[st.sampled_from([1.0, -1.0])] * 3),
)
def test_every_voxel_stays_where_it_is_in_the_patient(order, signs) -> None:
    scan = scan_with(np.eye(3)[:, list(order)] * np.array(signs))
    done = STEP.run(scan, {})
    assert done.scan.image.geometry.orientation == "LPS"
    assert places(done.scan.image) == places(scan.image)
    assert np.array_equal(done.scan.labels.segments[0].mask, done.scan.image.voxels % 7 == 0)
    again = STEP.run(done.scan, {})
    assert again.measures["axes_changed"] == 0
    assert np.array_equal(again.scan.image.voxels, done.scan.image.voxels)


def test_an_oblique_scan_keeps_its_angle() -> None:
    turn = np.deg2rad(20)
    oblique = np.array(
        [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, -1.0]]
    )
    scan = scan_with(oblique)
    done = STEP.run(scan, {})
    assert places(done.scan.image) == places(scan.image)
    assert done.scan.image.geometry.orientation == "LPS"
    assert done.scan.image.sop_uids == ("3", "2", "1")


def test_slices_that_are_cut_anew_have_no_uids() -> None:
    scan = scan_with(np.eye(3)[:, [2, 0, 1]])
    assert STEP.run(scan, {}).scan.image.sop_uids == ()
    assert replace(scan.image).sop_uids == ("1", "2", "3")
