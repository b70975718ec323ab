"""A changed copy of a scan is found by its slices; a neighbour's scan of another person is not."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import zoom

from renkei.imaging.made import made_ct
from renkei.select.case import Case, Plane, case_of_files
from renkei.select.duplicates import Kind
from renkei.select.near import FEW, compare, find_near, likely
from renkei.select.prints import CasePrint, print_of, print_of_slide

Slices = list[NDArray[np.float32]]
SLIDE = Path("samples/wsi/cmu_small_region.svs")


def printed(slices: Sequence[NDArray[np.float32]], modality: str = "CT") -> CasePrint:
    planes = [Plane(i, one, one, (1.0, 1.0)) for i, one in enumerate(slices)]
    return print_of(Case(modality, parts=lambda: iter(planes)))


def slices_of(folder: str) -> Slices:
    files = sorted(Path("samples", folder).glob("*.dcm"))
    return [part.pixels.astype(np.float32) for part in case_of_files(files).parts()]


@pytest.fixture(scope="module")
def real() -> Slices:
    """An abdomen of 512², 20 slices."""
    return slices_of("ct_dicom")


@pytest.fixture(scope="module")
def own(real: Slices) -> CasePrint:
    """What it looks like."""
    return printed(real)


def exported(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.round(np.clip((plane + 160) / 400, 0, 1) * 255).astype(np.float32)


def cropped(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    y, x = (int(0.03 * n) for n in plane.shape)
    return plane[y:-y, x:-x]


def noisy(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    return plane + np.random.default_rng(0).normal(0, 20, plane.shape).astype(np.float32)


CHANGES: dict[str, tuple[Callable[[Slices], Slices], tuple[str, ...]]] = {
    "8-bit export": (lambda s: [exported(p) for p in s], ("values_changed",)),
    "noise": (lambda s: [noisy(p) for p in s], ("values_changed",)),
    "crop": (lambda s: [cropped(p) for p in s], ("resized",)),
    "half size": (lambda s: [zoom(p, 0.5, order=1) for p in s], ("resized",)),
    "left is right": (lambda s: [noisy(p[:, ::-1]) for p in s], ("mirrored",)),
    "upside down": (lambda s: [noisy(p[::-1]) for p in s], ("mirrored",)),
    "a quarter turn": (lambda s: [noisy(np.rot90(p)) for p in s], ("turned",)),
    "every second": (lambda s: [noisy(p) for p in s[::2]], ("thinned", "values_changed")),
    "the middle": (lambda s: [noisy(p) for p in s[5:13]], ("part", "values_changed")),
    "feet first": (lambda s: [noisy(p) for p in s[::-1]], ("reversed", "values_changed")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found_both_ways(real: Slices, own: CasePrint, change: str) -> None:
    made, how = CHANGES[change]
    copy = printed(made(real))
    for one, other in ((own, copy), (copy, own)):
        found = compare(one, other)
        assert found is not None
        assert found.kind is Kind.NEAR
        assert found.share >= 0.9
        assert found.how == how
        assert likely(one, [other.own]) == [0]


def test_equal_pixels_are_identical_in_any_order(real: Slices, own: CasePrint) -> None:
    found = compare(printed(real[::-1]), own)
    assert found is not None
    assert (found.kind, found.share, found.bits) == (Kind.IDENTICAL, 1.0, 0.0)


def test_scans_of_other_people_are_no_pair(own: CasePrint) -> None:
    others = [printed(list(made_ct(seed)[0].voxels[::3].astype(np.float32))) for seed in range(5)]
    others.append(printed(slices_of("mr_dicom"), "MR"))
    assert list(find_near([own, *others])) == []


def test_a_turned_slide_is_found() -> None:
    print_ = print_of_slide(SLIDE)
    assert len(print_) == 1
    turned = CasePrint(print_.sha256 ^ 255, print_.views[:, [5, 4, 7, 6, 1, 0, 3, 2]], (9, 8))
    found = compare(print_, turned)
    assert found is not None
    assert found.how[0] in {"mirrored", "turned"}


def test_nothing_to_compare_matches_nothing(own: CasePrint) -> None:
    flat = np.zeros((8, 8), np.float32)
    for empty in (printed([]), printed([flat] * FEW), printed([np.full((8, 8), np.nan)])):
        assert len(empty) == 0
        assert compare(empty, own) is None
        assert compare(own, empty) is None
        assert likely(empty, [own.own]) == []
        assert likely(own, [empty.own]) == []


def test_the_search_names_the_case_that_holds_the_slice(own: CasePrint) -> None:
    random = np.random.default_rng(1).integers(0, 256, (5, 40, 32), np.uint8)
    assert likely(own, [random[0], own.own, random[1], own.own[3:], random[2]]) == [1, 3]
