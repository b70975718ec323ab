"""Labels and their canonical bytes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from renkei.imaging.codes import LIVER, SPLEEN, Code
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import (
    LabelSet,
    LabelsRefusedError,
    OverlapError,
    Segment,
    from_label_map,
    label_hash,
    pack,
    to_label_map,
    unpack,
)


@st.composite
def label_sets(draw, *, overlap=True):
    shape = tuple(draw(st.integers(1, 5)) for _ in range(3))
    spacing = tuple(draw(st.floats(0.1, 5)) for _ in range(3))
    grid = Geometry(shape, spacing, tuple(draw(st.floats(-300, 300)) for _ in range(3)))
    count = draw(st.integers(0, 4))
    if overlap:
        masks = [draw(arrays.arrays(bool, shape)) for _ in range(count)]
    else:
        flat = draw(arrays.arrays(np.uint8, shape, elements=st.integers(0, count)))
        masks = [flat == n + 1 for n in range(count)]
    names = st.text(min_size=1, max_size=8).filter(lambda s: s.isprintable())
    segments = tuple(
        Segment(n + 1, draw(names), Code("SCT", str(1000 + n), draw(names)), mask)
        for n, mask in enumerate(masks)
    )
    return LabelSet(grid, segments, draw(st.sampled_from(["", "abdomen-ct@1"])))


def same(a: LabelSet, b: LabelSet) -> bool:
    return (
        (a.geometry, a.vocabulary) == (b.geometry, b.vocabulary)
        and len(a.segments) == len(b.segments)
        and all(
            (x.number, x.name, x.code) == (y.number, y.name, y.code)
            and np.array_equal(x.mask, y.mask)
            for x, y in zip(a.segments, b.segments, strict=True)
        )
    )


@given(label_sets())
def test_packed_labels_come_back_with_overlaps_and_absences(labels):
    again = unpack(pack(labels))
    assert same(again, labels)
    assert pack(again) == pack(labels)
    assert label_hash(again) == label_hash(labels)


@given(label_sets(), st.data())
def test_one_voxel_changes_the_hash(labels, data):
    if not labels.segments:
        return
    n = data.draw(st.integers(0, len(labels.segments) - 1))
    mask = labels.segments[n].mask.copy()
    at = tuple(data.draw(st.integers(0, size - 1)) for size in mask.shape)
    mask[at] ^= True
    segments = list(labels.segments)
    segments[n] = replace(segments[n], mask=mask)
    assert label_hash(replace(labels, segments=tuple(segments))) != label_hash(labels)


def pair() -> LabelSet:
    grid = Geometry((2, 3, 3), (1.0, 1.0, 1.0))
    one, two = np.zeros((2, 3, 3), bool), np.zeros((2, 3, 3), bool)
    one[0], two[1] = True, True
    return LabelSet(
        grid, (Segment(1, "liver", LIVER, one), Segment(2, "spleen", SPLEEN, two)), "a@1"
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, vocabulary="a@2"),
        lambda one: replace(one, geometry=replace(one.geometry, spacing=(1.0, 1.0, 1.1))),
        lambda one: replace(one, geometry=replace(one.geometry, origin=(0.0, 0.0, 1.0))),
        lambda one: replace(one, segments=(replace(one.segments[0], code=SPLEEN), one.segments[1])),
        lambda one: replace(one, segments=one.segments[:1]),
    ],
)
def test_the_hash_covers_vocabulary_geometry_and_codes(change):
    assert label_hash(change(pair())) != label_hash(pair())


def test_an_empty_segment_is_not_an_absent_one():
    labels = pair()
    empty = replace(labels.segments[1], mask=np.zeros((2, 3, 3), bool))
    asserted = replace(labels, segments=(labels.segments[0], empty))
    silent = replace(labels, segments=labels.segments[:1])
    assert label_hash(asserted) != label_hash(silent)
    assert unpack(pack(asserted)).named("spleen") is not None
    assert unpack(pack(silent)).named("spleen") is None


@given(label_sets(overlap=False))
def test_a_label_map_holds_what_does_not_overlap(labels):
    names = [(s.number, s.name, s.code) for s in labels.segments]
    again = from_label_map(to_label_map(labels), labels.geometry, names, labels.vocabulary)
    assert same(again, labels)


def test_an_overlap_is_never_flattened():
    labels = pair()
    both = replace(labels.segments[1], mask=labels.segments[0].mask)
    with pytest.raises(OverlapError):
        to_label_map(replace(labels, segments=(labels.segments[0], both)))


def test_a_number_without_a_name_is_refused():
    with pytest.raises(LabelsRefusedError):
        from_label_map(np.full((2, 3, 3), 9), pair().geometry, [(1, "liver", LIVER)])


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(data):
    with pytest.raises(LabelsRefusedError):
        unpack(data)


@given(st.integers(0, 10_000))
def test_a_cut_is_refused(cut):
    packed = pack(pair())
    with pytest.raises(LabelsRefusedError):
        unpack(packed[: cut % len(packed)])


def test_a_mask_off_the_grid_is_refused():
    with pytest.raises(LabelsRefusedError):
        LabelSet(pair().geometry, (Segment(1, "x", LIVER, np.zeros((3, 3, 3), bool)),))
