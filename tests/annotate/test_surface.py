"""Surfaces against three other implementations, on made shapes and on a real organ."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage
from surface_distance import (
    compute_robust_hausdorff,
    compute_surface_dice_at_tolerance,
    compute_surface_distances,
)
from tests.annotate.shapes import GRID, ball

from renkei.annotate.box import box_of
from renkei.annotate.overlap import overlap
from renkei.annotate.surface import surfaces
from renkei.imaging.nifti import read_nifti

SEG = Path(__file__).parents[2] / "samples" / "seg" / "example_seg_dicom.nii.gz"
SPACING = (2.0, 0.7, 1.1)


def nikolov(
    a: np.ndarray, b: np.ndarray, spacing: tuple[float, ...], tau: float
) -> tuple[float, ...]:
    """Return surface Dice and HD95 of the reference implementation."""
    with warnings.catch_warnings():
        # It calls scipy by a name of before 1.8.
        warnings.filterwarnings("ignore", "Please import", DeprecationWarning)
        found = compute_surface_distances(a, b, spacing)
    return compute_surface_dice_at_tolerance(found, tau), compute_robust_hausdorff(found, 95)


@settings(deadline=None, max_examples=40)
@given(
    a=arrays(np.bool_, (3, 4, 5)),
    b=arrays(np.bool_, (3, 4, 5)),
    # Never a whole number of steps: there the reference depends on how floats round.
    tau=st.sampled_from([0.31, 1.23, 2.57]),
)
def test_surface_dice_and_distance_are_those_of_the_reference(
    a: np.ndarray, b: np.ndarray, tau: float
) -> None:
    if not a.any() or not b.any():
        return
    found = overlap(a, b, SPACING, tau_mm=tau)
    expected = nikolov(a, b, SPACING, tau)
    assert (found.surface_dice, found.hd95_mm) == pytest.approx(expected, abs=1e-9)


def test_they_are_the_same_on_a_real_organ_drawn_by_a_shaky_hand() -> None:
    liver = read_nifti(SEG.read_bytes()).voxels[:, 100:360, 60:320] == 5
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=liver.shape), (0, 6, 6))
    depth = ndimage.distance_transform_edt(liver) - ndimage.distance_transform_edt(~liver)
    shaky = depth + 60 * noise > 0
    spacing = (2.0, 0.9765625, 0.9765625)
    found = overlap(liver, shaky, spacing, tau_mm=1.5)
    assert found.surface_dice is not None
    assert 0.3 < found.surface_dice < 0.98
    expected = nikolov(liver, shaky, spacing, 1.5)
    assert (found.surface_dice, found.hd95_mm) == pytest.approx(expected, abs=1e-9)


def test_dice_and_the_largest_distance_are_those_of_simpleitk() -> None:
    a, b = ball(5, 12, 12, 7), ball(5, 13, 15, 6)
    images = []
    for mask in (a, b):
        image = sitk.GetImageFromArray(mask.astype(np.uint8))
        image.SetSpacing(GRID.spacing[::-1])
        images.append(image)
    measures = sitk.LabelOverlapMeasuresImageFilter()
    measures.Execute(*images)
    found = overlap(a, b, GRID.spacing, tau_mm=1.0)
    assert found.dice == pytest.approx(measures.GetDiceCoefficient())
    farthest = sitk.HausdorffDistanceImageFilter()
    farthest.Execute(*images)
    ours = max(one.percentile(100) for one in surfaces(a, b, GRID.spacing))
    # It measures between voxels, we between corners of voxels.
    assert ours == pytest.approx(farthest.GetHausdorffDistance(), abs=1.0)


def test_the_area_is_in_square_millimetres() -> None:
    block = np.zeros((12, 24, 24), bool)
    block[2:10, 4:20, 4:20] = True
    (own, _) = surfaces(block, block, (2.0, 1.0, 1.0))
    # Edges are cut at 45 degrees, so that it is a little under that of the sharp block.
    assert own.area.sum() == pytest.approx(6 * 16 * 16, rel=0.06)
    assert own.area.sum() < 6 * 16 * 16


def test_a_tolerance_of_whole_steps_counts_what_lies_exactly_there() -> None:
    a = np.zeros((4, 6, 12), bool)
    a[1:3, 1:5, 1:5] = True
    b = np.roll(a, 3, axis=2)
    seen = surfaces(a, b, (1.0, 1.0, 0.7))
    assert all(one.within(3 * 0.7) == pytest.approx(one.area.sum()) for one in seen)


@given(mask=arrays(np.bool_, st.sampled_from([(3, 4, 5), (2, 3, 16)])), margin=st.integers(0, 2))
@settings(deadline=None)
def test_the_box_is_that_of_the_indices(mask: np.ndarray, margin: int) -> None:
    at = np.argwhere(mask)
    if not len(at):
        assert box_of(mask) is None
        return
    limits = zip(at.min(axis=0), at.max(axis=0) + 1, mask.shape, strict=True)
    expected = tuple(slice(max(0, a - margin), min(n, b + margin)) for a, b, n in limits)
    assert box_of(mask, margin=margin) == expected
    assert box_of(np.asfortranarray(mask), np.zeros_like(mask), margin=margin) == expected
