"""The fast sum over pairs is the plain formula, voxel by voxel."""

import itertools

import numpy as np
import pytest

from renkei.preprocess.nlm import non_local_means

SIGMA, H = 10.0, 0.8


def plainly(voxels: np.ndarray, search: tuple[int, int, int], *, rician: bool) -> np.ndarray:
    """Return non-local means as it is written down, one voxel after the other."""
    edge = [r + 1 for r in search]
    wide = np.pad(voxels.astype(float), [(r, r) for r in edge], mode="reflect")
    value = wide**2 if rician else wide
    result = np.zeros(voxels.shape)
    offsets = [o for o in itertools.product(*(range(-r, r + 1) for r in search)) if any(o)]

    def patch(at):
        return wide[tuple(slice(i - 1, i + 2) for i in at)]

    for index in np.ndindex(voxels.shape):
        here = tuple(i + r for i, r in zip(index, edge, strict=True))
        there = [tuple(i + d for i, d in zip(here, o, strict=True)) for o in offsets]
        apart = np.array([np.mean((patch(here) - patch(t)) ** 2) for t in there])
        weights = np.exp(-np.maximum(apart - 2 * SIGMA**2, 0) / (2 * (H * SIGMA) ** 2))
        own = max(weights.max(), 1e-12)
        total = own * value[here] + sum(w * value[t] for w, t in zip(weights, there, strict=True))
        result[index] = total / (own + weights.sum())
    return np.sqrt(np.maximum(result - 2 * SIGMA**2, 0)) if rician else result


@pytest.mark.parametrize("rician", [False, True])
@pytest.mark.parametrize("search", [(2, 2, 2), (0, 1, 2)])
def test_it_is_the_formula(search: tuple[int, int, int], *, rician: bool) -> None:
    random = np.random.default_rng(3)
    voxels = (100 * (np.indices((6, 7, 8)).sum(axis=0) % 2) + 200).astype(np.float32)
    voxels += random.normal(0, SIGMA, voxels.shape).astype(np.float32)
    found = non_local_means(voxels, SIGMA, h=H, rician=rician, search=search)
    assert found == pytest.approx(plainly(voxels, search, rician=rician), rel=2e-4)


def test_slabs_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    voxels = np.random.default_rng(4).normal(0, SIGMA, (9, 12, 12)).astype(np.float32)
    whole = non_local_means(voxels, SIGMA, h=H, rician=False)
    monkeypatch.setattr("renkei.preprocess.nlm.SLAB", 1)
    assert non_local_means(voxels, SIGMA, h=H, rician=False) == pytest.approx(whole, abs=1e-4)
