"""A random forest over voxels: a light baseline that trains in seconds without a graphics card.

Every structure has a probability of its own (a multi-label forest), so structures may overlap.
The model is a set of plain arrays: loading one runs no code.
"""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from renkei.errors import DataRefusedError
from renkei.plugins import need_extra
from renkei.train import threads
from renkei.train.recipe import Example, NothingToLearnError, Recipe, Settings

Floats = npt.NDArray[np.float32]
Arrays = dict[str, npt.NDArray[Any]]
CT_WINDOW = (-200.0, 300.0)
BODY_HU = -300.0
# A plan may have normalised the image: then its values are no HU any more.
SMALLEST_HU_RANGE = 100.0
CHUNK = 1 << 16
LARGEST_MODEL = 512 * 1024 * 1024

SETTINGS: Settings = {
    "grid_mm": 4.0,
    "voxels_per_case": 1500,
    "trees": 16,
    "depth": 14,
    "leaf": 4,
    "threshold": 0.5,
}


class BadModelError(DataRefusedError):
    """The bytes are not a voxel forest."""


def fit(
    examples: Sequence[Example], structures: Sequence[str], settings: Settings, seed: int
) -> bytes:
    """Train on a sample of voxels of each case, half of them inside the structures.

    Raises:
        NothingToLearnError: No case knows all the structures, or none holds any.
    """
    need_extra("imaging", "sklearn", "scipy")
    from sklearn.ensemble import RandomForestClassifier

    def sample(numbered: tuple[int, Example]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        # One seed per case: the order in which threads end changes nothing.
        random = np.random.default_rng([seed, numbered[0]])
        return _sample(numbered[1], structures, settings, random)

    numbered = enumerate(sorted(examples, key=lambda e: e.name))
    known = [(n, e) for n, e in numbered if all(name in e.masks for name in structures)]
    samples = threads.each(sample, known)
    rows, answers = [row for row, _ in samples], [answer for _, answer in samples]
    if not rows or not np.concatenate(answers).any():
        raise NothingToLearnError(
            "The training part holds no voxel of these structures; name others."
        )
    forest = RandomForestClassifier(
        n_estimators=int(settings["trees"]),
        max_depth=int(settings["depth"]),
        min_samples_leaf=int(settings["leaf"]),
        random_state=seed,
        n_jobs=-1,
    )
    inside = np.concatenate(answers)
    forest.fit(np.concatenate(rows), inside if len(structures) > 1 else inside.ravel())
    return _pack(forest, len(structures), structures, settings)


def predict(model: bytes, example: Example) -> dict[str, npt.NDArray[np.bool_]]:
    """Return a mask per structure on the example's own grid.

    Raises:
        BadModelError: The bytes are not a voxel forest.
    """
    need_extra("imaging", "scipy")
    from scipy import ndimage

    arrays = _unpack(model)
    grid_mm = float(arrays["grid_mm"])
    features, body = _features(_on_grid(example, grid_mm), grid_mm)
    chances = np.zeros((len(arrays["structures"]), *body.shape), np.float32)
    inside = features[:, body].T
    for start in range(0, len(inside), CHUNK):
        stop = min(start + CHUNK, len(inside))
        inside_chances = _chances(arrays, inside[start:stop])
        z, y, x = (axis[start:stop] for axis in np.nonzero(body))
        chances[:, z, y, x] = inside_chances.T
    scale = [n / m for n, m in zip(example.voxels.shape, body.shape, strict=True)]
    found = {}
    for name, chance in zip(arrays["structures"], chances, strict=True):
        fine = ndimage.zoom(chance, scale, order=1, grid_mode=True, mode="nearest")
        found[str(name)] = fine > float(arrays["threshold"])
    return found


def _sample(
    example: Example, structures: Sequence[str], settings: Settings, random: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    grid_mm = float(settings["grid_mm"])
    features, body = _features(_on_grid(example, grid_mm), grid_mm)
    masks = np.stack([_mask_on_grid(example.masks[name], body.shape) for name in structures])
    wanted = int(settings["voxels_per_case"]) // (len(structures) + 1)
    picks = [_pick(body & ~masks.any(axis=0), wanted, random)]
    picks += [_pick(mask, wanted, random) for mask in masks]
    chosen = np.concatenate(picks)
    return (
        features.reshape(len(features), -1)[:, chosen].T,
        masks.reshape(len(masks), -1)[:, chosen].T,
    )


def _pick(
    mask: npt.NDArray[np.bool_], wanted: int, random: np.random.Generator
) -> npt.NDArray[np.intp]:
    there = np.flatnonzero(mask)
    return random.choice(there, min(wanted, there.size), replace=False) if there.size else there


def _on_grid(example: Example, grid_mm: float) -> Floats:
    """Return the image on cubes of `grid_mm`, in units of about one."""
    from scipy import ndimage

    voxels = example.voxels.astype(np.float32)
    if example.modality == "CT" and np.ptp(voxels) > SMALLEST_HU_RANGE:
        voxels = np.clip(voxels, -1000, 3000)
    else:
        low, high = np.percentile(voxels, [1, 99])
        voxels = (voxels - low) / max(float(high - low), 1e-6) * 500 - 400
    # Averaging before sampling keeps thin structures from being skipped.
    sigma = [max(0.0, 0.5 * (grid_mm / mm - 1)) for mm in example.spacing]
    scale = [
        max(1, round(n * mm / grid_mm)) / n
        for n, mm in zip(voxels.shape, example.spacing, strict=True)
    ]
    smooth = ndimage.gaussian_filter(voxels, sigma)
    grid: Floats = ndimage.zoom(smooth, scale, order=1, grid_mode=True, mode="nearest")
    return grid


def _mask_on_grid(mask: npt.NDArray[np.bool_], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    from scipy import ndimage

    scale = [m / n for n, m in zip(mask.shape, shape, strict=True)]
    chance = ndimage.zoom(mask.astype(np.float32), scale, order=1, grid_mode=True, mode="nearest")
    inside: npt.NDArray[np.bool_] = chance > 0.5
    return inside


def _features(grid: Floats, grid_mm: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the features (feature, z, y, x) and the body."""
    from scipy import ndimage

    body = ndimage.gaussian_filter(grid, 1.0) > BODY_HU
    body = ndimage.binary_fill_holes(body) if body.any() else np.ones(grid.shape, bool)
    low, high = CT_WINDOW
    plain = (np.clip(grid, low, high) - low) / (high - low)
    blurred = [ndimage.gaussian_filter(plain, mm / grid_mm) for mm in (3.0, 6.0, 12.0, 24.0)]
    edges = [ndimage.gaussian_gradient_magnitude(plain, mm / grid_mm) for mm in (3.0, 6.0)]
    spread = np.sqrt(
        np.maximum(ndimage.uniform_filter(plain**2, 3) - ndimage.uniform_filter(plain, 3) ** 2, 0)
    )
    depth = ndimage.distance_transform_edt(body, sampling=grid_mm) / 100
    features = np.stack([plain, *blurred, *edges, spread, depth, *_position(body)])
    return features.astype(np.float32), body


def _position(body: npt.NDArray[np.bool_]) -> list[Floats]:
    """Return each voxel's place between the ends of the body, 0 to 1 per axis."""
    found = []
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        hit = np.flatnonzero(body.any(axis=others))
        place = (np.arange(body.shape[axis]) - hit[0]) / max(1, hit[-1] - hit[0])
        shape = [1, 1, 1]
        shape[axis] = -1
        found.append(np.broadcast_to(place.reshape(shape), body.shape).astype(np.float32))
    return found


def _chances(arrays: Arrays, rows: Floats) -> Floats:
    """Walk every row down every tree and average the leaves; rows (voxel, feature)."""
    total = np.zeros((len(rows), len(arrays["structures"])), np.float32)
    left, right, feature = arrays["left"], arrays["right"], arrays["feature"]
    threshold, value = arrays["threshold_at"], arrays["value"]
    for root in arrays["roots"]:
        node = np.full(len(rows), root, np.int32)
        active = np.arange(len(rows) if left[root] >= 0 else 0)
        while active.size:
            here = node[active]
            goes = rows[active, feature[here]] <= threshold[here]
            node[active] = np.where(goes, left[here], right[here])
            active = active[left[node[active]] >= 0]
        total += value[node]
    return total / np.float32(len(arrays["roots"]))


def _pack(forest: object, outputs: int, structures: Sequence[str], settings: Settings) -> bytes:
    parts: dict[str, list[npt.NDArray[np.generic]]] = {
        name: [] for name in ("left", "right", "feature", "threshold_at", "value")
    }
    roots, offset = [], 0
    for member in forest.estimators_:  # type: ignore[attr-defined]
        tree = member.tree_
        leaf = tree.children_left < 0
        roots.append(offset)
        parts["left"].append(np.where(leaf, -1, tree.children_left + offset).astype(np.int32))
        parts["right"].append(np.where(leaf, -1, tree.children_right + offset).astype(np.int32))
        parts["feature"].append(np.maximum(tree.feature, 0).astype(np.int16))
        parts["threshold_at"].append(tree.threshold.astype(np.float32))
        parts["value"].append(_positive_share(member, outputs))
        offset += tree.node_count
    target = io.BytesIO()
    np.savez_compressed(
        target,
        allow_pickle=False,
        structures=np.asarray(structures),
        roots=np.asarray(roots, np.int32),
        grid_mm=np.float64(settings["grid_mm"]),
        threshold=np.float64(settings["threshold"]),
        **{name: np.concatenate(values) for name, values in parts.items()},
    )
    return target.getvalue()


def _positive_share(member: object, outputs: int) -> Floats:
    """Return per node and structure the share of training voxels inside it."""
    value = member.tree_.value  # type: ignore[attr-defined]
    classes = member.classes_ if outputs > 1 else [member.classes_]  # type: ignore[attr-defined]
    found = np.zeros((value.shape[0], outputs), np.float32)
    for output, names in enumerate(classes):
        if True in list(names):
            column = list(names).index(True)
            found[:, output] = value[:, output, column] / value[:, output, : len(names)].sum(axis=1)
    return found


def _unpack(model: bytes) -> Arrays:
    wanted = {
        "structures", "roots", "grid_mm", "threshold", "left", "right", "feature",
        "threshold_at", "value",
    }  # fmt: skip
    try:
        with zipfile.ZipFile(io.BytesIO(model)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_MODEL:
                raise BadModelError("The model is over the limit; train it with fewer trees.")
        with np.load(io.BytesIO(model), allow_pickle=False) as found:
            arrays = {name: found[name] for name in wanted}
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise BadModelError(
            "The bytes are not a voxel forest; name a model of this recipe."
        ) from error
    return arrays


RECIPE = Recipe("voxel_forest", "1", "imaging", SETTINGS, fit, predict)
