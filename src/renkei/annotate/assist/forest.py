"""A forest that learns a label from signed cases: better with each case that a reader finishes."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from renkei.annotate.assistant import Assist, AssistNeeds, Example, Question
from renkei.annotate.tools.islands import remove_islands
from renkei.imaging.volume import Volume

GRID_MM = 3.0
SCALES_MM = (3.0, 6.0, 12.0, 24.0)
SAMPLES = 9_000  # voxels per case, a quarter of them of the label
TREES, DEPTH, SEED = 32, 16, 0


def learn_and_find(question: Question) -> NDArray[np.bool_]:
    """Learn the label from the examples and return where it is likelier than not, largest part.

    Features on a 3 mm grid: value, Gaussian means and gradient magnitudes at 3-24 mm, place in
    the box of the body. Random forest (Breiman 2001), fixed seed: same examples, same answer.
    """
    from scipy import ndimage
    from sklearn.ensemble import RandomForestClassifier

    chance = np.random.default_rng(SEED)
    rows = [_sample(example, question.key, chance) for example in question.examples]
    features = np.concatenate([x for x, _ in rows])
    wanted = np.concatenate([y for _, y in rows])
    if not wanted.any():
        return np.zeros(question.volume.voxels.shape, dtype=bool)
    forest = RandomForestClassifier(TREES, max_depth=DEPTH, random_state=SEED, n_jobs=1)
    forest.fit(features, wanted)
    turned = _turned(question.volume)
    coarse = _features(question.volume)
    likely = forest.predict_proba(coarse.reshape(-1, coarse.shape[-1]))[:, -1]
    smooth = ndimage.gaussian_filter(likely.reshape(coarse.shape[:-1]).astype(np.float32), 1)
    shape = question.volume.voxels.shape
    fine = ndimage.zoom(smooth, [a / b for a, b in zip(shape, smooth.shape, strict=True)], order=1)
    parts, _ = ndimage.label(fine[turned] > 0.5)
    sizes = np.bincount(parts.ravel())[1:]
    if not sizes.size:
        return np.zeros(shape, dtype=bool)
    return remove_islands(parts == 1 + int(np.argmax(sizes)), question.volume.geometry.spacing)


def _sample(
    example: Example, key: str, chance: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    features = _features(example.volume)
    segment = example.labels.named(key)
    mask = np.zeros(features.shape[:-1], dtype=bool)
    if segment is not None:
        near = _nearest(segment.mask.shape, mask.shape)
        mask = segment.mask[_turned(example.volume)][near]
    flat, inside = features.reshape(-1, features.shape[-1]), mask.ravel()
    chosen = [
        chance.choice(at, min(at.size, SAMPLES * share // 4), replace=False)
        for at, share in ((np.flatnonzero(inside), 1), (np.flatnonzero(~inside), 3))
    ]
    index = np.concatenate(chosen)
    return flat[index], inside[index]


def _features(volume: Volume) -> NDArray[np.float32]:
    return np.stack(list(_maps(volume)), axis=-1)


def _maps(volume: Volume) -> Iterator[NDArray[np.float32]]:
    from scipy import ndimage

    spacing = volume.geometry.spacing
    shape = tuple(
        max(1, round(n * step / GRID_MM)) if step < GRID_MM else n
        for n, step in zip(volume.voxels.shape, spacing, strict=True)
    )
    turned = volume.voxels[_turned(volume)]
    near = turned[_nearest(turned.shape, shape)].astype(np.float32)
    if volume.modality == "CT":
        near = np.clip(near, -1000, 1000)
    else:
        near = near / max(1e-6, float(np.percentile(near, 99)))
    steps = [s * n / m for s, n, m in zip(spacing, volume.voxels.shape, shape, strict=True)]
    yield near
    for scale in SCALES_MM:
        sigma = [scale / step for step in steps]
        yield ndimage.gaussian_filter(near, sigma)
        yield ndimage.gaussian_gradient_magnitude(near, sigma)
    body = near > (-300 if volume.modality == "CT" else 0.1)
    for axis in (1, 2):
        held = np.flatnonzero(body.any(axis=tuple({0, 1, 2} - {axis})))
        low, high = (held[0], held[-1]) if held.size else (0, near.shape[axis])
        place = (np.arange(near.shape[axis]) - low) / max(1, high - low)
        line = place.astype(np.float32).reshape([-1 if n == axis else 1 for n in range(3)])
        yield np.broadcast_to(line, near.shape)


def _turned(volume: Volume) -> tuple[slice, slice, slice]:
    """Return how to turn a volume so that its axes run to the left, the back and the head."""
    x, y, z = (slice(None, None, -1 if v < 0 else 1) for v in volume.geometry.axes.diagonal())
    return z, y, x


def _nearest(shape: tuple[int, ...], wanted: tuple[int, ...]) -> tuple[NDArray[np.intp], ...]:
    """Return the index of the nearest voxel of a grid of `shape` for each one of a coarser grid."""
    return np.ix_(
        *(
            np.minimum(((np.arange(m) + 0.5) * n / m).astype(np.intp), n - 1)
            for n, m in zip(shape, wanted, strict=True)
        )
    )


ASSIST = Assist(
    "forest",
    "署名済みの症例から学習",
    "Learned from signed cases",
    frozenset(),
    learn_and_find,
    needs=frozenset({AssistNeeds.EXAMPLES}),
)
