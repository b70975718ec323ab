import math

import numpy as np
import pytest

from renkei.synthesize.generator import Background, NoRoomError
from renkei.synthesize.generators.procedural_lesion import GENERATOR, PARAMS, generate

PLAIN = {**PARAMS, "rough": 0.0, "texture": 0.0, "core_chance": 0.0, "rim_chance": 0.0}


def organ(spacing=(1.0, 1.0, 1.0), noise: float = 0.0, mm: int = 72) -> Background:
    shape = tuple(round(mm / s) for s in spacing)
    axes = [(np.arange(n) + 0.5) * s - mm / 2 for n, s in zip(shape, spacing, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    inside = z**2 + y**2 + x**2 < (mm / 2 - 4) ** 2
    voxels = np.where(inside, 100.0, -100.0) + np.random.default_rng(0).normal(0, noise, shape)
    return Background(voxels.astype(np.int16), spacing, "CT", inside, np.zeros(shape, bool))


@pytest.mark.parametrize("seed", range(8))
def test_the_mask_has_the_volume_of_the_ellipsoid(seed: int) -> None:
    params = {**PLAIN, "radius_min_mm": 6.0, "radius_max_mm": 8.0}
    # A great organ: the lesion lies deep, so that nothing of it is cut at the edge.
    background = organ(mm=96)
    deep = Background(
        background.voxels, background.spacing, "CT", background.organ, ~_middle(background, 18)
    )
    found = generate(deep, params, seed)
    truth = 4 / 3 * math.pi * math.prod(found.record[0]["radii_mm"]) / 1000
    assert found.record[0]["ml"] == pytest.approx(truth, rel=0.05)


def _middle(background: Background, radius: float) -> np.ndarray:
    axes = [np.arange(n) - n / 2 for n in background.organ.shape]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    return z**2 + y**2 + x**2 < radius**2


def test_the_contrast_is_that_of_the_record_within_a_tenth() -> None:
    found = generate(organ(), {**PLAIN, "radius_min_mm": 8.0}, 3)
    middle = found.voxels[found.mask].min() - 100.0
    assert middle == pytest.approx(found.record[0]["delta"], rel=0.1)


def test_outside_the_organ_every_bit_stays() -> None:
    background = organ(noise=12)
    found = generate(background, {**PARAMS, "lesions": 3}, 5)
    outside = ~background.organ
    assert np.array_equal(found.voxels[outside], background.voxels[outside])
    assert not (found.mask & outside).any()
    assert found.voxels.dtype == background.voxels.dtype


def test_the_noise_of_the_scanner_stays_on_top() -> None:
    background = organ(noise=12)
    found = generate(background, {**PLAIN, "radius_min_mm": 9.0}, 3)
    spread = (found.voxels - background.voxels.astype(float))[found.mask].std()
    assert found.voxels[found.mask].std() > 10
    assert spread < 20


def test_the_same_seed_gives_the_same_bytes_and_touches_no_global_state() -> None:
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, two = generate(organ(), PARAMS, 9), generate(organ(), PARAMS, 9)
    assert one.voxels.tobytes() == two.voxels.tobytes()
    assert one.record == two.record
    assert generate(organ(), PARAMS, 10).voxels.tobytes() != one.voxels.tobytes()
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_another_spacing_gives_the_same_size_in_mm() -> None:
    params = {**PLAIN, "radius_min_mm": 8.0, "radius_max_mm": 8.0001}
    fine = [generate(organ((1.0, 1.0, 1.0)), params, s).record[0] for s in range(5)]
    coarse = [generate(organ((2.0, 1.5, 1.5)), params, s).record[0] for s in range(5)]
    assert sum(r["ml"] for r in coarse) == pytest.approx(sum(r["ml"] for r in fine), rel=0.25)


def test_lesions_do_not_touch_each_other_nor_a_real_one() -> None:
    background = organ()
    real = np.zeros_like(background.organ)
    real[30:40, 30:40, 30:40] = True
    spared = Background(background.voxels, background.spacing, "CT", background.organ, real)
    found = generate(spared, {**PARAMS, "lesions": 4, "radius_max_mm": 6.0}, 2)
    assert not (found.mask & real).any()
    assert sum(r["voxels"] for r in found.record) == found.mask.sum()


def test_an_organ_without_room_is_refused() -> None:
    background = organ()
    full = Background(
        background.voxels, background.spacing, "CT", background.organ, background.organ
    )
    with pytest.raises(NoRoomError):
        generate(full, PARAMS, 1)


def test_the_hash_of_the_parameters_follows_them() -> None:
    assert GENERATOR.params_sha256(PARAMS) != GENERATOR.params_sha256(PLAIN)
