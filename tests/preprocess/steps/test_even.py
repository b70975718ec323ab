"""Even steps from uneven ones: true where the truth is linear, bounded where it bends."""

import numpy as np
import pytest
from tests.imaging.test_troubles import UNEVEN
from tests.imaging.troubles import series

from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume, read_series
from renkei.preprocess.case import Given, run_case
from renkei.preprocess.held import Scan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.even import STEP


def sampled(heights, made: Scan) -> Volume:
    """Return a made CT, known every millimetre by linear interpolation, at these heights."""
    source = made.image
    at = np.asarray(heights, float) / source.geometry.spacing[0]
    below = np.minimum(at.astype(int), len(source.voxels) - 2)
    share = (at - below)[:, None, None]
    voxels = source.voxels[below] * (1 - share) + source.voxels[below + 1] * share
    grid = source.geometry
    places = tuple(
        (grid.origin[0], grid.origin[1], grid.origin[2] + float(height)) for height in heights
    )
    shape = (len(places), *grid.shape[1:])
    nominal = Geometry(shape, (float(np.median(np.diff(heights))), *grid.spacing[1:]), grid.origin)
    return Volume(np.rint(voxels).astype(np.int16), nominal, "CT", places=places)


def test_steps_become_even_and_true_slices_stay(made: Scan) -> None:
    """Straight-stack readers place slice 5 of such a series 4.1 mm too low."""
    heights = [0, 3, 6, 9, 12, 16.1, 19.1, 22.1, 25.1]
    done = STEP.run(Scan(sampled(heights, made)), STEP.settle({}))
    image = done.scan.image
    assert image.geometry.spacing[0] == 3.0
    assert image.geometry.shape[0] == 9
    # 25.1 mm hold eight steps and a bit: the grid has the same centre as the scan.
    first = image.geometry.origin[2] - made.image.geometry.origin[2]
    assert first == pytest.approx(0.55)
    truth = sampled([first + 3 * n for n in range(9)], made).voxels
    # Between neighbours 3 mm apart a curve lies above its chord.
    far = np.abs(image.voxels.astype(int) - truth)
    assert np.percentile(far, 99) < 40
    assert np.array_equal(image.voxels.shape[1:], made.image.voxels.shape[1:])


def test_values_linear_along_the_normal_come_out_exact() -> None:
    z = np.array(UNEVEN)[:, None, None]
    voxels = np.broadcast_to(10 * z, (8, 6, 5)).astype(np.float32)
    places = tuple((0.0, 0.0, float(v)) for v in UNEVEN)
    image = Volume(voxels, Geometry((8, 6, 5), (3.0, 1.0, 1.0)), "CT", places=places)
    done = STEP.run(Scan(image), STEP.settle({"largest_gap": 7.5}))
    found = done.scan.image
    heights = found.geometry.origin[2] + np.arange(len(found.voxels)) * 3.0
    assert np.allclose(found.voxels, 10 * heights[:, None, None])
    assert heights[-1] <= UNEVEN[-1]
    assert done.measures["largest_step_mm"] == 7


def test_a_gap_wider_than_the_plan_allows_is_refused() -> None:
    planes = np.random.default_rng(0).integers(0, 4000, (8, 6, 5)).astype(np.uint16)
    files = series(planes, lambda n: (0, 0, UNEVEN[n]))
    image = read_series(files, accept=["irregular_spacing"])
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(Scan(image), STEP.settle({}))
    assert refusal.value.facts["code"] == "gap_too_wide"
    assert refusal.value.facts["largest_step_mm"] == 7


def test_a_missing_slice_is_filled_between_its_neighbours() -> None:
    planes = np.random.default_rng(1).integers(0, 4000, (5, 6, 5)).astype(np.uint16)
    files = series(planes[[0, 1, 3, 4]], lambda n: (0, 0, 2 * (n + (n > 1))))
    image = read_series(files, accept=["missing_slice"])
    found = STEP.run(Scan(image), STEP.settle({})).scan.image.voxels
    assert np.array_equal(found[[0, 1, 3, 4]], planes[[0, 1, 3, 4]].astype(int) - 1024)
    between = (planes[1].astype(float) + planes[3]) / 2 - 1024
    assert np.abs(found[2] - between).max() <= 0.5


def test_a_tilted_stack_is_not_evened() -> None:
    planes = np.zeros((5, 6, 5), np.uint16)
    image = read_series(series(planes, lambda n: (0, n, 3 * n)), accept=["tilt"])
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(Scan(image), STEP.settle({}))
    assert refusal.value.facts["code"] == "tilted"


def test_an_even_scan_stays_as_it_is(made: Scan) -> None:
    assert STEP.run(made, STEP.settle({})).scan is made


PLAN = """
schema = "renkei.plan/1"
name = "evened"
version = "1"
results = ["ct_even"]
[inputs.ct]
modality = "CT"
{accept}
[[step]]
name = "even"
input = "ct"
output = "ct_even"
"""


def test_the_plan_chooses_whether_uneven_steps_are_taken(tmp_path) -> None:
    planes = np.random.default_rng(2).integers(0, 4000, (5, 6, 5)).astype(np.uint16)
    given = {"ct": [Given(series(planes, lambda n: (0, 0, (0, 3, 6, 10, 13)[n])), ["0" * 64])]}
    text = PLAN.format(accept='accept = ["irregular_spacing"]')
    produced = run_case(text, given, tmp_path)
    assert produced.record["steps"][0]["measures"]["largest_step_mm"] == 4
    with pytest.raises(Exception, match="irregular_spacing"):
        run_case(PLAN.format(accept=""), given, tmp_path)
