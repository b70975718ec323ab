"""The way along the axes gives what SimpleITK gives in general, and nothing is cut off."""

import numpy as np
import pytest

from renkei.imaging.codes import Code
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import from_label_map
from renkei.imaging.volume import Volume
from renkei.preprocess.grid import carry_image, carry_labels, grid_at
from renkei.preprocess.itk import sitk

OBLIQUE = (0.8, -0.6, 0.0, 0.6, 0.8, 0.0, 0.0, 0.0, 1.0)
SHIFTED = Geometry((14, 30, 41), (2.2, 0.8, 0.7), (3.3, -7.1, 12.4), OBLIQUE)
GRID = Geometry((12, 24, 33), (2.5, 1.0, 0.9), (5.0, -8.0, 11.0), OBLIQUE)
STILL = sitk.Transform(3, sitk.sitkIdentity)
NAMES = ((1, "a", Code("99RENKEI", "1", "A")), (2, "b", Code("99RENKEI", "2", "B")))


def hu(geometry: Geometry, kind: type = np.int16) -> Volume:
    values = np.random.default_rng(1).normal(-20, 300, geometry.shape)
    return Volume(values.astype(kind), geometry, "CT")


@pytest.mark.parametrize("kind", [np.float32, np.int16])
@pytest.mark.parametrize(
    "grid", [GRID, grid_at(GRID, (1.0, 1.0, 1.0)), grid_at(SHIFTED, (5.0, 2.0, 2.0))]
)
def test_the_same_voxels_as_by_simpleitk(grid: Geometry, kind: type) -> None:
    image = hu(SHIFTED, kind)
    straight = carry_image(image, grid).voxels
    general = carry_image(image, grid, STILL).voxels
    assert straight.dtype == general.dtype
    apart = np.abs(straight.astype(float) - general)
    # Of whole numbers the general way rounds twice where it blurs.
    assert apart.max() <= (1 if kind is np.int16 else 1e-3)
    assert ((general == -1024) == (straight == -1024)).all()


@pytest.mark.parametrize("transform", [None, STILL])
def test_whole_numbers_are_rounded_without_a_leaning(transform: object) -> None:
    image = hu(SHIFTED)
    exact = carry_image(hu(SHIFTED), GRID, transform).voxels.astype(float)
    values = Volume(image.voxels.astype(np.float32), SHIFTED, "CT")
    fine = carry_image(values, GRID, transform).voxels
    assert abs(float((np.abs(exact) - np.abs(fine)).mean())) < 0.02


def test_labels_are_those_by_simpleitk() -> None:
    flat = np.zeros(SHIFTED.shape, dtype=np.uint8)
    flat[3:9, 5:25, 8:30] = 1
    flat[0:2, 0:9, 30:41] = 2
    labels = from_label_map(flat, SHIFTED, NAMES)
    for grid in (GRID, grid_at(SHIFTED, (1.1, 0.4, 0.35)), grid_at(SHIFTED, (4.0, 3.0, 3.0))):
        straight, general = (carry_labels(labels, grid, how) for how in (None, STILL))
        assert all(
            (one.mask == other.mask).all()
            for one, other in zip(straight.segments, general.segments, strict=True)
        )


def test_what_lies_apart_is_all_outside() -> None:
    away = Geometry(GRID.shape, GRID.spacing, (900.0, 900.0, 900.0), OBLIQUE)
    assert (carry_image(hu(SHIFTED), away).voxels == -1024).all()
    labels = from_label_map(np.ones(SHIFTED.shape, dtype=np.uint8), SHIFTED, NAMES[:1])
    assert not carry_labels(labels, away).segments[0].mask.any()


def test_the_same_grid_changes_no_bit() -> None:
    image = hu(SHIFTED, np.float32)
    assert (carry_image(image, SHIFTED).voxels == image.voxels).all()
