"""Lesions from a formula in a real organ: no training, an exact mask, nothing to memorise.

All lengths are mm; every random number comes from one generator made from the seed.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from renkei.plugins import need_extra
from renkei.synthesize.generator import Background, Generated, Generator, Mask, NoRoomError, Params

Floats = npt.NDArray[np.float64]
TRIES = 200

# Liver metastasis in the portal phase: 6-22 mm across, 25-60 HU darker than the liver.
PARAMS: Params = {
    "lesions": 1,
    "radius_min_mm": 3.0,
    "radius_max_mm": 11.0,
    "delta_low": -60.0,
    "delta_high": -25.0,
    "rough": 0.25,
    "edge_mm": 1.0,
    "texture": 0.22,
    "core_chance": 0.3,
    "rim_chance": 0.2,
}


def generate(background: Background, params: Params, seed: int) -> Generated:
    """Put lesions into the organ, never over its edge nor over what is to be spared.

    Raises:
        NoRoomError: No place was found for one of them.
    """
    need_extra("imaging", "scipy")
    random = np.random.default_rng(seed)
    image = background.voxels.astype(np.float64)
    added = np.zeros(background.organ.shape, bool)
    record = []
    for _ in range(int(params["lesions"])):
        where, soft, delta, facts = _lesion(background, background.avoid | added, params, random)
        image[where] += delta * soft
        mask = (soft > 0.5) & background.organ[where]
        added[where] |= mask
        record.append(facts | {"voxels": int(mask.sum()), "ml": _ml(mask, background.spacing)})
    return Generated(_as_before(image, background), added, tuple(record))


def _lesion(
    background: Background, taken: Mask, params: Params, random: np.random.Generator
) -> tuple[tuple[slice, ...], Floats, Floats, dict[str, Any]]:
    from scipy import ndimage

    spacing = np.asarray(background.spacing)
    depth = ndimage.distance_transform_edt(background.organ, sampling=background.spacing)
    clear = ndimage.distance_transform_edt(~taken, sampling=background.spacing)
    for _ in range(TRIES):
        low, high = math.log(params["radius_min_mm"]), math.log(params["radius_max_mm"])
        radius = math.exp(random.uniform(low, high))
        radii = radius * random.uniform(0.75, 1.25, 3)
        places = np.argwhere((depth > 0.55 * radius) & (clear > 1.25 * radii.max()))
        if len(places):
            centre = (places[random.integers(len(places))] + random.uniform(-0.5, 0.5, 3)) * spacing
            break
    else:
        raise NoRoomError("The organ has no room for a lesion of this size; ask for a smaller one.")
    reach = 1.6 * radii.max() + 3 * params["edge_mm"]
    where = _box(centre, reach, spacing, background.organ.shape)
    distance = _distance(where, centre, radii, spacing, _rotation(random))
    corr = max(3.0, 0.45 * radius)
    distance += params["rough"] * _smooth_noise(distance.shape, corr, spacing, random) / 2
    edge = params["edge_mm"] / radius
    soft = 1 / (1 + np.exp(np.clip((distance - 1) / edge * 4, -60, 60)))
    soft *= _inside(background.organ[where], params["edge_mm"], spacing)
    delta, facts = _contrast(distance, spacing, params, random)
    facts |= {
        "centre_mm": [round(float(c), 3) for c in centre],
        "radii_mm": [round(float(r), 3) for r in radii],
    }
    return where, soft, delta, facts


def _contrast(
    distance: Floats, spacing: Floats, params: Params, random: np.random.Generator
) -> tuple[Floats, dict[str, Any]]:
    height = random.uniform(params["delta_low"], params["delta_high"])
    grain = random.uniform(2.0, 5.0)
    texture = _smooth_noise(distance.shape, grain, spacing, random)
    delta = height * (1 + params["texture"] * texture)
    core = bool(random.uniform() < params["core_chance"])
    rim = bool(random.uniform() < params["rim_chance"])
    if core:
        delta = delta + 0.5 * height * (distance < 0.55)
    if rim:
        delta = delta - 0.5 * height * np.exp(-(((distance - 0.97) / 0.08) ** 2))
    return delta, {"delta": round(float(height), 3), "core": core, "rim": rim}


def _inside(organ: Mask, edge_mm: float, spacing: Floats) -> Floats:
    """Return 1 deep in the organ and fade to 0 at its edge, never beyond."""
    from scipy import ndimage

    depth = ndimage.distance_transform_edt(organ, sampling=spacing)
    faded: Floats = np.clip(depth / (2 * edge_mm), 0, 1)
    return faded


def _distance(
    where: tuple[slice, ...], centre: Floats, radii: Floats, spacing: Floats, turn: Floats
) -> Floats:
    axes = [np.arange(w.start, w.stop) * s for w, s in zip(where, spacing, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1) - centre
    return np.asarray(np.linalg.norm(grid @ turn.T / radii, axis=-1), np.float64)


def _rotation(random: np.random.Generator) -> Floats:
    """Return a rotation drawn evenly over all (QR of a normal matrix, signs fixed)."""
    q, r = np.linalg.qr(random.normal(size=(3, 3)))
    return np.asarray(q * np.sign(np.diag(r)), np.float64)


def _smooth_noise(
    shape: tuple[int, ...], corr_mm: float, spacing: Floats, random: np.random.Generator
) -> Floats:
    from scipy import ndimage

    noise = ndimage.gaussian_filter(random.normal(size=shape), corr_mm / 2 / spacing, mode="wrap")
    return np.asarray((noise - noise.mean()) / max(float(noise.std()), 1e-12), np.float64)


def _box(
    centre: Floats, reach: float, spacing: Floats, shape: tuple[int, ...]
) -> tuple[slice, ...]:
    return tuple(
        slice(max(0, int((c - reach) / s)), min(n, int((c + reach) / s) + 2))
        for c, s, n in zip(centre, spacing, shape, strict=True)
    )


def _ml(mask: Mask, spacing: tuple[float, float, float]) -> float:
    return round(float(mask.sum()) * math.prod(spacing) / 1000, 4)


def _as_before(image: Floats, background: Background) -> npt.NDArray[np.generic]:
    """Return the image in its own type; voxels that no lesion touched keep their bits."""
    kind: Any = background.voxels.dtype
    touched = image != background.voxels
    values = image
    if np.issubdtype(kind, np.integer):
        limits = np.iinfo(kind)
        values = np.clip(np.rint(image), limits.min, limits.max)
    return np.where(touched, values.astype(kind), background.voxels)


GENERATOR = Generator("procedural_lesion", "1", "imaging", "organ", PARAMS, generate)
