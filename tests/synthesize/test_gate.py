import numpy as np
import pytest

from renkei.synthesize.gate import (
    GateRefusedError,
    GateResult,
    GateState,
    check_marks,
    check_memorisation,
    check_physics,
    lesion_crops,
    not_trained,
)
from renkei.synthesize.generator import Background, Generated


def crops(n: int, seed: int) -> list[np.ndarray]:
    """Lesions of a kind: a soft ball of its own shape with noise of its own, 0-1."""
    random = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, 16)] * 3, indexing="ij"), -1)
    found = []
    for _ in range(n):
        radii, centre = random.uniform(0.35, 0.7, 3), random.uniform(-0.15, 0.15, 3)
        ball = np.linalg.norm((grid - centre) / radii, axis=-1) < 1
        found.append((0.7 - 0.4 * ball + random.normal(0, 0.08, ball.shape)).astype(np.float32))
    return found


TRAINING, UNSEEN = crops(30, 1), crops(20, 2)


def test_new_lesions_of_the_same_kind_pass_and_the_planted_copies_are_found() -> None:
    check = check_memorisation(crops(20, 3), TRAINING, UNSEEN)
    assert check.state is GateState.PASSED
    assert check.figures["planted_found"] >= 0.99


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_copies_of_real_lesions_are_refused_even_flipped_shifted_and_noisy(noise: float) -> None:
    random = np.random.default_rng(4)
    copies = [
        (np.roll(np.flip(crop, 2), 1, axis=1) + random.normal(0, noise, crop.shape)).astype("f4")
        for crop in TRAINING[:10]
    ]
    assert check_memorisation(copies, TRAINING, UNSEEN).state is GateState.REFUSED


def test_one_copy_among_new_ones_refuses_the_set() -> None:
    mixed = [*crops(20, 3), TRAINING[7]]
    assert check_memorisation(mixed, TRAINING, UNSEEN).state is GateState.REFUSED


def test_a_gate_that_cannot_find_planted_copies_is_invalid_and_no_pass() -> None:
    # Real crops that are all alike: a copy is no nearer than another patient.
    random = np.random.default_rng(5)
    base = crops(1, 6)[0]
    alike = [(base + random.normal(0, 0.01, base.shape)).astype("f4") for _ in range(20)]
    check = check_memorisation(crops(5, 7), alike[:10], alike[10:])
    assert check.state is GateState.INVALID
    with pytest.raises(GateRefusedError, match="memorisation"):
        GateResult((check,)).require_passed()


def test_without_unseen_lesions_each_real_one_is_held_against_the_others() -> None:
    assert check_memorisation(crops(20, 3), TRAINING).state is GateState.PASSED
    assert check_memorisation(TRAINING[:3], TRAINING).state is GateState.REFUSED


def test_too_few_real_lesions_make_the_gate_invalid() -> None:
    assert check_memorisation(crops(5, 3), TRAINING[:4], UNSEEN).state is GateState.INVALID


def pair(change: int = -40, where: str = "inside") -> tuple[Background, Generated]:
    random = np.random.default_rng(0)
    organ = np.zeros((24, 24, 24), bool)
    organ[4:20, 4:20, 4:20] = True
    voxels = (100 * organ + random.normal(0, 10, organ.shape)).astype(np.int16)
    mask = np.zeros_like(organ)
    mask[8:14, 8:14, 8:14] = True
    new = voxels + np.int16(change) * mask
    if where == "outside":
        new[0, 0, 0] += 1
    if where == "flat":
        new[mask] = 60
    background = Background(voxels, (1, 1, 1), "CT", organ, np.zeros_like(organ))
    return background, Generated(new, mask, ())


def test_a_plausible_lesion_passes_the_physics() -> None:
    assert check_physics([pair()]).state is GateState.PASSED


@pytest.mark.parametrize(("change", "where"), [(-40, "outside"), (-2000, "inside"), (0, "flat")])
def test_a_changed_voxel_outside_an_impossible_value_and_missing_noise_are_refused(
    change: int, where: str
) -> None:
    assert check_physics([pair(change, where)]).state is GateState.REFUSED


def test_one_file_without_a_mark_refuses() -> None:
    assert check_marks([True, True]).state is GateState.PASSED
    assert check_marks([True, False]).state is GateState.REFUSED
    assert check_marks([]).state is GateState.REFUSED


def test_what_does_not_apply_does_not_refuse() -> None:
    assert GateResult((not_trained(), check_marks([True]))).state is GateState.PASSED


def test_a_crop_is_cut_around_each_lesion_whatever_the_spacing() -> None:
    voxels = np.zeros((20, 40, 40), np.int16)
    mask = np.zeros(voxels.shape, bool)
    mask[4:7, 8:14, 8:14] = mask[12:15, 26:32, 26:32] = True
    voxels[mask] = 100
    one, two = lesion_crops(voxels, mask, (2.0, 1.0, 1.0))
    assert one.shape == (16, 16, 16)
    assert np.allclose(one, two, atol=1e-6)
    assert one.mean() == pytest.approx(1 / 8, abs=0.05)
