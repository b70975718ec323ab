import io
import time
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from renkei.train.metrics import score_mask
from renkei.train.recipe import Example, NothingToLearnError
from renkei.train.recipes.voxel_forest import RECIPE, SETTINGS, BadModelError, fit, predict

STRUCTURES = ("liver", "lesion")


def patient(seed: int, spacing=(4.0, 2.5, 2.5)) -> Example:
    """A body of 0 HU with a liver of 60 HU on its left and a lesion of 20 HU inside it."""
    random = np.random.default_rng(seed)
    shape = tuple(round(n / s) for n, s in zip((120, 240, 280), spacing, strict=True))
    z, y, x = np.meshgrid(
        *((np.arange(n) + 0.5) * s for n, s in zip(shape, spacing, strict=True)), indexing="ij"
    )
    liver_at = np.array([60, 110, 90]) + random.uniform(-8, 8, 3)
    lesion_at = liver_at + random.uniform(-10, 10, 3)

    def ellipsoid(centre, radii):
        return sum(((a - c) / r) ** 2 for a, c, r in zip((z, y, x), centre, radii, strict=True)) < 1

    body = ellipsoid((60, 120, 140), (200, 100, 125))
    liver = ellipsoid(liver_at, random.uniform(0.85, 1.15) * np.array([40, 45, 50]))
    lesion = ellipsoid(lesion_at, (14, 14, 14))
    voxels = np.where(body, 0.0, -1000.0) + 60.0 * liver - 45.0 * lesion
    noisy = (voxels + random.normal(0, 12, shape)).astype(np.int16)
    return Example(f"p{seed}", noisy, spacing, "CT", {"liver": liver, "lesion": lesion})


@pytest.fixture(scope="module")
def model() -> bytes:
    return fit([patient(n) for n in range(8)], STRUCTURES, SETTINGS, 7)


def test_an_unseen_patient_is_segmented(model: bytes) -> None:
    unseen = patient(100)
    found = predict(model, unseen)
    assert score_mask(unseen.masks["liver"], found["liver"], unseen.spacing).dice > 0.85
    assert score_mask(unseen.masks["lesion"], found["lesion"], unseen.spacing).dice > 0.6


def test_structures_may_overlap_in_the_answer(model: bytes) -> None:
    found = predict(model, patient(101))
    assert (found["liver"] & found["lesion"]).any()


def test_another_spacing_is_the_same_anatomy(model: bytes) -> None:
    unseen = patient(100, spacing=(2.5, 3.0, 3.5))
    found = predict(model, unseen)
    assert score_mask(unseen.masks["liver"], found["liver"], unseen.spacing).dice > 0.85


def test_the_same_seed_gives_the_same_bytes_in_any_order(model: bytes) -> None:
    examples = [patient(n) for n in range(8)]
    assert fit(examples[::-1], STRUCTURES, SETTINGS, 7) == model
    assert fit(examples, STRUCTURES, SETTINGS, 8) != model


def test_training_on_forty_cases_takes_under_thirty_seconds() -> None:
    examples = [patient(n) for n in range(6)]
    started = time.process_time()
    fit(examples, STRUCTURES, SETTINGS, 1)
    assert (time.process_time() - started) * 40 / 6 < 30


def test_a_case_without_the_structure_recorded_teaches_nothing() -> None:
    unknown = patient(1)
    bare = Example(unknown.name, unknown.voxels, unknown.spacing, "CT", {})
    with pytest.raises(NothingToLearnError):
        fit([bare], STRUCTURES, SETTINGS, 1)


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04", b"\x00" * 100])
def test_other_bytes_are_refused(broken: bytes) -> None:
    with pytest.raises(BadModelError):
        predict(broken, patient(1))


def test_a_pickle_inside_the_model_is_never_loaded() -> None:
    target = io.BytesIO()
    np.savez(target, structures=np.array([{"a": 1}], dtype=object))
    assert zipfile.ZipFile(target).namelist() == ["structures.npy"]
    with pytest.raises(BadModelError):
        predict(target.getvalue(), patient(1))


def test_the_hash_of_the_recipe_follows_its_settings() -> None:
    deeper = replace(RECIPE, settings={**SETTINGS, "depth": 15})
    assert deeper.sha256 != RECIPE.sha256
