"""The same input gives the same bytes and record; the record says what was done, no more."""

import json
from dataclasses import replace

import numpy as np
import pytest

from renkei.imaging.labels import label_hash, unpack
from renkei.imaging.nifti import read_nifti
from renkei.preprocess import Scan, load_plan, run_plan
from renkei.preprocess.run import WrongInputError
from renkei.proof import digest

PLAN = load_plan("ct_standard")


@pytest.fixture(scope="module")
def ran(made: Scan):
    return run_plan(PLAN, {"ct": made})


def test_the_same_input_gives_the_same_bytes(made: Scan, ran) -> None:
    again = run_plan(PLAN, {"ct": made})
    assert again.made == ran.made
    assert again.record == ran.record


def test_the_bytes_read_back_as_image_and_labels_on_one_grid(ran) -> None:
    image = read_nifti(ran.made[0].data, modality="CT")
    labels = unpack(ran.made[0].labels)
    assert image.voxels.dtype == np.int16
    assert image.geometry.close_to(labels.geometry)
    assert image.geometry.spacing == pytest.approx((2.0, 2.0, 2.0))
    liver = image.voxels[labels.named("liver").mask]
    assert 40 < liver.mean() < 160
    assert ran.record["outputs"]["ct_clipped"]["labels"] == label_hash(labels)


def test_the_record_holds_plan_parameters_and_hashes(ran) -> None:
    assert ran.record["plan"]["sha256"] == PLAN.sha256
    assert [s["step"] for s in ran.record["steps"]] == ["orient", "denoise", "resample", "window"]
    assert ran.record["outputs"]["ct_clipped"]["sha256"] == digest(ran.made[0].data)
    assert ran.record["environment"]["SimpleITK"]
    assert json.loads(json.dumps(ran.record)) == ran.record


def test_labels_that_lie_elsewhere_are_refused(made: Scan) -> None:
    there = replace(made.image.geometry, origin=(0.0, 0.0, 0.0))
    with pytest.raises(WrongInputError):
        run_plan(PLAN, {"ct": Scan(replace(made.image, geometry=there), made.labels)})


def test_another_modality_is_refused(real_mr: Scan) -> None:
    with pytest.raises(WrongInputError):
        run_plan(PLAN, {"ct": real_mr})
