"""An upright grid from a tilted gantry: known shifts, exact where they are whole pixels."""

from pathlib import Path

import numpy as np
import pytest
from tests.imaging.troubles import STEP as PIXEL
from tests.imaging.troubles import real_slices, series

from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.volume import Volume, read_series
from renkei.preprocess.held import Scan
from renkei.preprocess.plan import BadPlanError, parse_plan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.untilt import STEP

TILTED = ["tilt", "irregular_spacing"]


def smooth(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return a field that bends slowly, in HU, at places in mm."""
    return 200 * np.sin(x / 9) + 150 * np.cos(y / 8) + 100 * np.sin(z / 20)


def tilted(degrees: float, heights=None) -> Volume:
    """Return the field as a tilted gantry samples it: each slice further along y."""
    heights = np.arange(12) * 3.0 if heights is None else np.asarray(heights, float)
    shift = np.tan(np.radians(degrees)) * heights
    y, x = np.mgrid[:40, :32] * PIXEL
    voxels = np.stack([smooth(x, y + s, z + 0 * x) for s, z in zip(shift, heights, strict=True)])
    places = tuple((0.0, float(s), float(z)) for s, z in zip(shift, heights, strict=True))
    grid = Geometry(voxels.shape, (3.0, PIXEL, PIXEL))
    return Volume(voxels.astype(np.float32), grid, "CT", places=places)


def true_on(image: Volume) -> np.ndarray:
    z, y, x = np.meshgrid(*(np.arange(n) for n in image.geometry.shape), indexing="ij")
    place = np.stack([x, y, z], -1) @ image.geometry.affine[:3, :3].T + image.geometry.origin
    return smooth(*np.moveaxis(place, -1, 0))


@pytest.mark.parametrize("degrees", [-18.5, 5.0, 18.5, 30.0])
def test_every_value_lands_where_it_was_acquired(degrees: float) -> None:
    done = STEP.run(Scan(tilted(degrees)), STEP.settle({}))
    image = done.scan.image
    seen = image.voxels != -1024
    error = np.abs(image.voxels - true_on(image))[seen]
    # Linear in the plane: the second derivative over eight, 150/64 x 0.8^2 / 8, is 0.19 HU.
    assert error.max() < 0.2
    # As a straight stack the same slices are tens of HU off.
    straight = tilted(degrees)
    assert np.abs(straight.voxels - true_on(straight)).max() > 40
    assert seen.sum() == pytest.approx(straight.voxels.size, rel=0.03)
    assert done.measures["tilt_degrees"] == pytest.approx(abs(degrees), abs=0.01)
    assert image.places == ()


def test_real_slices_moved_by_whole_pixels_come_back_bit_for_bit() -> None:
    """Slice n of a real CT is cut n pixels lower, as a gantry tilted by 14.9 degrees sees it."""
    names = sorted(Path("samples/ct_dicom").glob("*.dcm"))
    planes = real_slices(6, names)
    cut = np.stack([plane[n : n + 16] for n, plane in enumerate(planes)])
    files = series(cut, lambda n: (0, PIXEL * n, 3 * n))
    image = STEP.run(Scan(read_series(files, accept=TILTED)), STEP.settle({})).scan.image
    assert image.geometry.shape == (6, 21, 24)
    for n in range(6):
        assert np.array_equal(image.voxels[n, n : n + 16], planes[n][n : n + 16].astype(int) - 1024)
        assert (image.voxels[n, :n] == -1024).all()
        assert (image.voxels[n, n + 16 :] == -1024).all()


def test_labels_go_the_same_way() -> None:
    image = tilted(18.5)
    z, y, x = np.meshgrid(*(np.arange(n) for n in image.voxels.shape), indexing="ij")
    shift = np.array([place[1] for place in image.places])[z]
    ball = (x * PIXEL - 12) ** 2 + (y * PIXEL + shift - 20) ** 2 + (z * 3.0 - 16) ** 2 < 64
    labels = LabelSet(image.geometry, (Segment(1, "ball", None, ball),), "v")
    moved = STEP.run(Scan(image, labels), STEP.settle({})).scan.labels
    assert moved is not None
    place = np.argwhere(moved.segments[0].mask).mean(axis=0)
    centre = moved.geometry.point(*place)
    assert centre == pytest.approx((12, 20, 16), abs=0.3)
    assert moved.segments[0].mask.sum() == pytest.approx(ball.sum(), rel=0.02)


def test_the_target_grid_is_reached_in_one_interpolation() -> None:
    done = STEP.run(Scan(tilted(18.5)), STEP.settle({"spacing": [0.8, 0.8, 1.5]}))
    image = done.scan.image
    assert image.geometry.spacing == (1.5, 0.8, 0.8)
    inside = image.voxels[:, 16:36] != -1024
    assert np.abs(image.voxels - true_on(image))[:, 16:36][inside].max() < 2.5


def test_a_tilted_and_uneven_scan_needs_leave_to_fill_gaps() -> None:
    heights = [0, 3, 6, 10.5, 13, 16, 19]
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(Scan(tilted(10, heights)), STEP.settle({}))
    assert refusal.value.facts["code"] == "uneven_step"
    done = STEP.run(Scan(tilted(10, heights)), STEP.settle({"largest_gap": 5}))
    image = done.scan.image
    inside = image.voxels[:, 6:38] != -1024
    assert np.abs(image.voxels - true_on(image))[:, 6:38][inside].max() < 2.5


def test_slices_along_no_line_are_refused() -> None:
    image = tilted(10)
    bent = [(0.0, y + (0.5 if n > 5 else 0.0), z) for n, (_, y, z) in enumerate(image.places)]
    wrong = Volume(image.voxels, image.geometry, "CT", places=tuple(bent))
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(Scan(wrong), STEP.settle({}))
    assert refusal.value.facts["code"] == "bent_stack"


def test_an_upright_scan_stays_as_it_is(made: Scan) -> None:
    assert STEP.run(made, STEP.settle({})).scan is made


PLAN = """
schema = "renkei.plan/1"
name = "upright"
version = "1"
results = ["straight"]
[inputs.ct]
modality = "CT"
accept = ["tilt"]
[[step]]
name = "{step}"
input = "ct"
output = "straight"
"""


def test_a_plan_that_accepts_a_tilt_repairs_it_first() -> None:
    assert parse_plan(PLAN.format(step="untilt")).accept == {"ct": ("tilt",)}
    for step in ("orient", "even"):
        with pytest.raises(BadPlanError):
            parse_plan(PLAN.format(step=step))
    with pytest.raises(BadPlanError):
        parse_plan(PLAN.format(step="untilt").replace('"tilt"', '"duplicate_position"'))
