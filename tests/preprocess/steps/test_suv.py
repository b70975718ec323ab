"""SUV by weight: the formula against figures worked by hand, and each refusal by its name."""

import math
from dataclasses import replace

import numpy as np
import pytest
from tests.imaging.test_suv import pet_series

from renkei.imaging.geometry import Geometry
from renkei.imaging.suv import PetFacts
from renkei.imaging.volume import SeriesFacts, Volume, read_series
from renkei.preprocess.held import Scan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.suv import STEP, WHY_NOT

# 370 MBq of fluorine-18, 70 kg, one half-life from injection to scan.
PET = PetFacts(
    units="BQML",
    corrected=("DECY", "ATTN"),
    decay_correction="START",
    weight_kg=70.0,
    dose_bq=3.7e8,
    half_life_s=6586.2,
    wait_s=6586.2,
    scan_start_known=True,
)


def scan(pet: PetFacts | None = PET) -> Scan:
    voxels = np.full((2, 3, 4), 1000, np.float32)
    return Scan(Volume(voxels, Geometry((2, 3, 4), (2, 2, 2)), "PT", facts=SeriesFacts(pet=pet)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # 1000 Bq/ml x 70 000 g / (370 MBq / 2)
        ({}, 1000 * 70_000 / 1.85e8),
        ({"wait_s": 0.0}, 1000 * 70_000 / 3.7e8),
        (
            {"decay_correction": "ADMIN", "wait_s": None, "scan_start_known": False},
            1000 * 70_000 / 3.7e8,
        ),
        ({"units": "GML"}, 1000),
        ({"units": "GML", "suv_type": "BW"}, 1000),
        ({"units": "CNTS", "suv_factor": 0.002}, 2),
        ({"units": "CNTS", "activity_factor": 3.0}, 3000 * 70_000 / 1.85e8),
        ({"corrected": ("DECAY", "ATTN")}, 1000 * 70_000 / 1.85e8),
    ],
)
def test_the_value_is_the_formula_s(changes: dict, expected: float) -> None:
    done = STEP.run(scan(replace(PET, **changes)), STEP.settle({}))
    assert done.scan.image.voxels == pytest.approx(np.full((2, 3, 4), expected), rel=1e-5)
    assert done.scan.image.facts.unit == "SUVbw"
    assert done.measures["suv_max"] == pytest.approx(expected, abs=1e-4)


REFUSED = {
    "no_pet_facts": None,
    "units_unknown": {"units": "PROPCPS"},
    "suv_not_by_weight": {"units": "GML", "suv_type": "LBM"},
    "not_corrected": {"corrected": ("ATTN",)},
    "not_decay_corrected": {"decay_correction": "NONE"},
    "several_tracers": {"several_tracers": True},
    "no_weight": {"weight_kg": None},
    "no_dose": {"dose_bq": 370.0},
    "no_half_life": {"half_life_s": 109.77 / 60},
    "scan_start_unclear": {"scan_start_known": False, "wait_s": None},
    "injection_unclear": {"wait_s": None},
    "no_factor": {"units": "CNTS"},
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_is_missing_is_named(code: str) -> None:
    changes = REFUSED[code]
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(scan(None if changes is None else replace(PET, **changes)), STEP.settle({}))
    assert refusal.value.facts["code"] == code


def test_each_reason_has_a_test() -> None:
    assert set(REFUSED) == set(WHY_NOT)


def test_twice_is_once() -> None:
    once = STEP.run(scan(), {}).scan
    again = STEP.run(once, {})
    assert np.array_equal(again.scan.image.voxels, once.image.voxels)


def test_a_series_of_files_comes_out_right() -> None:
    image = read_series(pet_series())
    done = STEP.run(Scan(image), {})
    expected = 70_000 / (3.7e8 * 2 ** (-3600 / 6586.2))
    assert np.allclose(done.scan.image.voxels, image.voxels * expected, rtol=1e-5)
    assert math.isclose(done.measures["factor"], expected)
