"""What is laid over each other lies on one grid, and shows what truly changed where it did."""

from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from renkei.imaging.codes import LESION
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.volume import Volume
from renkei.preprocess.held import Scan, SlideScan, TableScan
from renkei.preprocess.views import (
    MOST_PIXELS,
    MOST_SLICES,
    SLIDE_PIXELS,
    name_layers,
    view_run,
    view_scans,
)


def stack(views, name: str) -> np.ndarray:
    tall = imagecodecs.png_decode(views.layers[name])
    return tall.reshape(views.slices, views.height, views.width, *tall.shape[2:])


def test_layers_have_one_size_within_the_limits(made: Scan) -> None:
    views = view_run({"before": made, "after": made})
    assert views.slices <= MOST_SLICES
    assert max(views.height, views.width) <= MOST_PIXELS
    assert set(views.layers) == {"before", "after", "labels"}
    np.testing.assert_array_equal(stack(views, "before"), stack(views, "after"))
    assert stack(views, "labels")[..., 3].any()


def test_a_bright_block_lies_at_its_place_on_another_grid() -> None:
    fine = Geometry((20, 40, 40), (2.0, 1.0, 1.0), (-20.0, -20.0, 0.0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    coarse = replace(fine, shape=(10, 20, 20), spacing=(4.0, 2.0, 2.0))
    voxels = np.full(fine.shape, -1000, np.int16)
    voxels[8:12, 30:36, 4:10] = 200
    small = np.full(coarse.shape, -1000, np.int16)
    small[4:6, 15:18, 2:5] = 200
    before, after = (Scan(Volume(v, g, "CT")) for v, g in ((voxels, fine), (small, coarse)))
    views = view_run({"before": before, "after": after})
    places = []
    for name in ("before", "after"):
        bright = np.argwhere(stack(views, name) > 128)
        places.append(bright.mean(axis=0))
    assert np.abs(places[0] - places[1]).max() <= 0.5


def test_labels_are_tinted_where_the_finer_grid_has_them() -> None:
    fine = Geometry((40, 300, 300), (2.0, 1.0, 1.0))
    mask = np.zeros(fine.shape, bool)
    mask[10:20, 60:120, 150:270] = True
    segment = Segment(1, "lesion", LESION, mask)
    scan = Scan(Volume(np.zeros(fine.shape, np.int16), fine, "CT"), LabelSet(fine, (segment,)))
    views = view_run({"before": scan})
    tinted = np.argwhere(stack(views, "labels")[..., 3] == 255) + 0.5
    side = np.array([80 / views.slices, 300 / views.height, 300 / views.width])
    found = np.array([tinted.min(axis=0) - 0.5, tinted.max(axis=0) + 0.5]) * side
    assert np.abs(found - [[20, 60, 150], [40, 120, 270]]).max() <= side.max()


def test_change_is_blue_where_it_fell_and_red_where_it_rose(made: Scan) -> None:
    change = np.zeros(made.image.geometry.shape, np.float32)
    change[:, :40], change[:, -40:] = -5.0, 5.0
    map_ = Volume(change, made.image.geometry, "MAP")
    tints = stack(view_scans({"time_1": made}, made, change=map_), "change")
    top, middle, bottom = tints[5, 5, 60], tints[5, tints.shape[1] // 2, 60], tints[5, -5, 60]
    assert top[2] > top[0]
    assert bottom[0] > bottom[2]
    assert min(top[3], bottom[3]) > 128 > middle[3] == 0


@pytest.mark.parametrize(
    ("inputs", "results", "names"),
    [
        ([["a"]], [["b"]], {"before": "a", "after": "b"}),
        ([["c"], ["m"]], [["c1"], ["m1"]], {"fixed": "c1", "moving": "m", "aligned": "m1"}),
        ([["c"], ["m"]], [["m1"]], {"fixed": "c", "moving": "m", "aligned": "m1"}),
        ([["a", "b"]], [["x", "y"]], {"time_1": "x", "time_2": "y"}),
        ([["a", "b"]], [["x"]], {"time_1": "a", "time_2": "b"}),
    ],
)
def test_what_is_laid_over_what(inputs, results, names) -> None:
    assert name_layers(inputs, results) == names


def test_slides_are_shown_whole_in_one_size(tmp_path) -> None:
    slide = SlideScan(Path("samples/wsi/cmu_small_region.svs"), tmp_path)
    views = view_run({"before": slide, "after": slide})
    assert views.slices == 1
    assert max(views.height, views.width) == SLIDE_PIXELS
    for png in views.layers.values():
        assert imagecodecs.png_decode(png).shape == (views.height, views.width, 3)
    gone = SlideScan(tmp_path / "gone.tif", tmp_path)
    assert view_run({"before": slide, "after": gone}) is None


def test_a_table_has_no_picture() -> None:
    assert view_run({"before": TableScan("table", None), "after": TableScan("table", None)}) is None
