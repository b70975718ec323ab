"""The release gate: no pass, no product. Each check runs with its controls.

A control that fails makes the gate invalid, which is not a pass.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from renkei.errors import DataRefusedError
from renkei.synthesize.generator import Background, Generated

Crop = npt.NDArray[np.float32]
CROP_VOXELS = 16
LEAST_CROPS = 5
MOST_FLAGGED = 0.01
LEAST_PLANTED_FOUND = 0.99
SHIFT = 2
# The 1 % quantile of a log-normal: with few crops the empirical one would be their minimum.
QUANTILE_1 = -2.326
CT_RANGE = (-1024, 3071)
NOISE_RATIO = (0.5, 2.0)


class GateState(StrEnum):
    """How a check or the whole gate ended."""

    PASSED = "passed"
    REFUSED = "refused"
    INVALID = "invalid"
    NOT_APPLICABLE = "not_applicable"


class GateRefusedError(DataRefusedError):
    """The synthetic set did not pass its gate and is kept unlisted."""


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One check with its figures and the limits that they were held against."""

    name: str
    state: GateState
    figures: Mapping[str, float] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateResult:
    """All checks; one refusal refuses, and one invalid check makes the gate invalid."""

    checks: tuple[GateCheck, ...]

    @property
    def state(self) -> GateState:
        """Return the state of the whole gate."""
        states = {check.state for check in self.checks}
        for state in (GateState.REFUSED, GateState.INVALID):
            if state in states:
                return state
        return GateState.PASSED

    def require_passed(self) -> None:
        """Go on only with a passed gate.

        Raises:
            GateRefusedError: The sentence names the checks.
        """
        if self.state is not GateState.PASSED:
            bad = {GateState.REFUSED, GateState.INVALID}
            names = ", ".join(c.name for c in self.checks if c.state in bad)
            raise GateRefusedError(f"The synthetic set did not pass its gate ({names}).")

    def as_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {"state": str(self.state), "checks": [asdict(check) for check in self.checks]}


def check_memorisation(
    generated: Sequence[Crop],
    training: Sequence[Crop],
    unseen: Sequence[Crop] | None = None,
    *,
    seed: int = 0,
) -> GateCheck:
    """Refuse a set that repeats real lesions: distance to the nearest training crop.

    The limit lies between planted copies (training crops shifted by a voxel, 5 % noise) and the
    1 % quantile of unseen real crops; without any, each training crop is held against the others.
    Control: the planted copies must be found.
    """
    limits = {"flagged": MOST_FLAGGED, "planted_found": LEAST_PLANTED_FOUND}
    references = len(training) if unseen is None else min(len(training), len(unseen))
    if references < LEAST_CROPS or not generated:
        counts = {"references": float(references), "generated": float(len(generated))}
        return GateCheck("memorisation", GateState.INVALID, counts, limits)
    clear, known = _denoised(training), None if unseen is None else _denoised(unseen)
    bank = _bank(clear)
    logs = np.log([max(d, 1e-9) for d in _between(clear, known, bank)])
    unlike = math.exp(float(logs.mean() + QUANTILE_1 * logs.std(ddof=1)))
    random = np.random.default_rng(seed)
    planted = _distances(_denoised([_disguise(crop, random) for crop in training]), bank)
    alike = float(np.quantile(planted, LEAST_PLANTED_FOUND))
    # Between copies and other patients, not at the edge of the latter: there one new lesion in a
    # hundred would be taken for a copy, and a set of fifty would hardly ever pass.
    limit = math.sqrt(alike * unlike) if alike < unlike else unlike
    found = float(np.mean(planted <= limit))
    flagged = float(np.mean(_distances(_denoised(generated), bank) <= limit))
    figures = {"flagged": flagged, "planted_found": found, "unlike": unlike, "limit": limit}
    state = GateState.PASSED
    if found < LEAST_PLANTED_FOUND:
        state = GateState.INVALID
    if flagged > MOST_FLAGGED:
        state = GateState.REFUSED
    return GateCheck("memorisation", state, figures, limits)


def check_physics(pairs: Iterable[tuple[Background, Generated]]) -> GateCheck:
    """Refuse values that no scanner gives, another noise, or a change outside the organ."""
    low, high, outside, ratios = math.inf, -math.inf, 0, []
    for background, generated in pairs:
        changed = generated.voxels != background.voxels
        outside += int((changed & ~background.organ).sum())
        inside = generated.voxels[generated.mask]
        if inside.size:
            low, high = min(low, float(inside.min())), max(high, float(inside.max()))
            ratios.append(_noise_ratio(background, generated))
    known = [ratio for ratio in ratios if ratio is not None]
    figures = {"changed_outside_organ": float(outside), "lowest": low, "highest": high}
    if known:
        figures["noise_ratio"] = float(np.median(known))
    limits = {"lowest": CT_RANGE[0], "highest": CT_RANGE[1], "noise_low": NOISE_RATIO[0]}
    good = (
        bool(ratios)
        and outside == 0
        and low >= CT_RANGE[0]
        and high <= CT_RANGE[1]
        and (not known or NOISE_RATIO[0] <= figures["noise_ratio"] <= NOISE_RATIO[1])
    )
    state = GateState.PASSED if good else GateState.REFUSED
    return GateCheck("physics", state, figures, limits | {"noise_high": NOISE_RATIO[1]})


def check_marks(marked: Sequence[bool]) -> GateCheck:
    """Refuse a set in which one file lacks the synthetic mark."""
    missing = float(sum(not m for m in marked))
    state = GateState.PASSED if marked and missing == 0 else GateState.REFUSED
    return GateCheck("mark", state, {"files": float(len(marked)), "missing": missing})


def not_trained() -> GateCheck:
    """Say that membership inference does not apply: nothing was trained on patients."""
    return GateCheck("membership", GateState.NOT_APPLICABLE)


def lesion_crops(
    voxels: npt.NDArray[np.generic],
    mask: npt.NDArray[np.bool_],
    spacing: tuple[float, float, float],
) -> list[Crop]:
    """Cut a cube around each lesion, twice as wide as it, and scale it to 0-1 on 16 voxels."""
    from scipy import ndimage

    names, count = ndimage.label(mask)
    found = []
    for box in ndimage.find_objects(names)[:count]:
        middle = [(s.start + s.stop - 1) / 2 for s in box]
        width = 2 * max((s.stop - s.start) * mm for s, mm in zip(box, spacing, strict=True))
        steps = (np.arange(CROP_VOXELS) - (CROP_VOXELS - 1) / 2) * width / CROP_VOXELS
        axes = [m + steps / mm for m, mm in zip(middle, spacing, strict=True)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"))
        cube = ndimage.map_coordinates(voxels.astype(np.float32), points, order=1, mode="nearest")
        low, high = float(cube.min()), float(cube.max())
        found.append(((cube - low) / max(high - low, 1e-6)).astype(np.float32))
    return found


def _bank(training: Sequence[Crop]) -> npt.NDArray[np.float32]:
    """Return every training crop in all flips, its inner part flat (copy, voxel)."""
    inner = (slice(SHIFT, -SHIFT),) * 3
    flips = [axes for n in range(8) for axes in [tuple(a for a in range(3) if n >> a & 1)]]
    rows = [np.flip(crop, axes)[inner].ravel() for crop in training for axes in flips]
    return np.stack(rows)


def _nearest(crop: Crop, bank: npt.NDArray[np.float32]) -> float:
    """Return the least root mean square difference over shifts of two voxels and flips."""
    size = crop.shape[0] - 2 * SHIFT
    norms = np.einsum("ij,ij->i", bank, bank)
    best = math.inf
    for start in product(range(2 * SHIFT + 1), repeat=3):
        part = crop[tuple(slice(s, s + size) for s in start)].ravel()
        squares = norms - 2 * (bank @ part) + float(part @ part)
        best = min(best, float(squares.min()))
    return math.sqrt(max(best, 0.0) / bank.shape[1])


def _between(
    training: Sequence[Crop], unseen: Sequence[Crop] | None, bank: npt.NDArray[np.float32]
) -> list[float]:
    """Return how near real lesions of different origin come to each other."""
    if unseen is not None:
        return [_nearest(crop, bank) for crop in unseen]
    flips = len(bank) // len(training)
    return [
        _nearest(crop, np.delete(bank, slice(n * flips, (n + 1) * flips), axis=0))
        for n, crop in enumerate(training)
    ]


def _denoised(crops: Sequence[Crop]) -> list[Crop]:
    """Return crops without their noise: with it, a noisy copy is as far as another patient."""
    from scipy import ndimage

    return [ndimage.gaussian_filter(crop, 1.0) for crop in crops]


def _distances(crops: Sequence[Crop], bank: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    return np.asarray([_nearest(crop, bank) for crop in crops])


def _disguise(crop: Crop, random: np.random.Generator) -> Crop:
    shifted = np.roll(crop, 1, axis=int(random.integers(3)))
    return (shifted + random.normal(0, 0.05, crop.shape)).astype(np.float32)


def _noise_ratio(background: Background, generated: Generated) -> float | None:
    """Return the local noise inside the lesions over that of the organ before; None if unknown.

    Voxels at an edge are left out: a step is no noise.
    """
    from scipy import ndimage

    def noise(voxels: npt.NDArray[np.generic], where: npt.NDArray[np.bool_]) -> float:
        values = voxels.astype(np.float32)
        mean = ndimage.uniform_filter(values, 3)
        spread = np.sqrt(np.maximum(ndimage.uniform_filter(values**2, 3) - mean**2, 0))
        inner = ndimage.binary_erosion(where, np.ones((3, 3, 3)))
        return float(np.median(spread[inner])) if inner.any() else math.nan

    before = noise(background.voxels, background.organ & ~background.avoid)
    after = noise(generated.voxels, generated.mask)
    return None if math.isnan(before) or math.isnan(after) or before == 0 else after / before
