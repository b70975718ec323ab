"""A sheet shows every slice once, from foot to head, with labels and change at their place."""

import imagecodecs
import numpy as np

from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume
from renkei.preprocess.held import Scan
from renkei.preprocess.sheets import sheets
from renkei.preprocess.views import LESS, Views, view_run, view_scans

GRID = Geometry((6, 20, 30), (2.0, 1.0, 1.0))


def scan() -> Scan:
    """Return slices of 10, 20, ... 60 between black and white."""
    voxels = np.empty(GRID.shape, np.float32)
    voxels[:] = np.arange(10, 70, 10)[:, None, None]
    voxels[:, 0], voxels[:, -1] = 0, 100
    return Scan(Volume(voxels, GRID, "MR"))


def test_slices_lie_row_by_row() -> None:
    sheet = imagecodecs.png_decode(sheets(view_run({"before": scan()}))["before"])
    assert sheet.shape == (60, 60)
    centres = sheet[10::20, 15::30].ravel()
    assert np.allclose(centres, np.arange(10, 70, 10) * 2.55, atol=2)


def test_labels_lie_over_every_scan_and_change_over_the_first(made: Scan) -> None:
    fell = Volume(np.full(made.image.geometry.shape, -6.0, np.float32), made.image.geometry, "MAP")
    views = view_scans({"time_1": made, "time_2": made}, made, change=fell)
    found = {name: imagecodecs.png_decode(png) for name, png in sheets(views).items()}
    assert set(found) == {"time_1", "time_2", "change"}
    assert np.array_equal(found["time_1"], found["time_2"])
    coloured = np.ptp(found["time_1"].astype(int), axis=2) > 20
    tints = imagecodecs.png_decode(views.layers["labels"])
    assert coloured.sum() == np.count_nonzero(tints[..., 3])
    inside = slice(0, views.height), slice(0, views.width)
    assert (found["change"][inside] == LESS).all()


def test_one_picture_is_left_as_it_is() -> None:
    views = Views(1, 2, 3, 0.0, {"before": b"png"})
    assert sheets(views) == {"before": b"png"}
