"""An abdomen drawn in code: shapes from one seed, in mm; no part of any patient's scan.

Axes are the patient's: x to the left, y to the back, z to the head, origin in the middle of the
body. Sizes follow adults in textbooks (liver about 1.5 l, spleen 0.2 l, kidney 0.15 l, aorta
2 cm across) with a spread between people; every edge is made uneven by smooth noise.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]
Field = NDArray[np.float32]
Point = tuple[float, float, float]

AIR, FAT, MUSCLE, BOWEL, GAS, FLUID = -1000.0, -100.0, 55.0, 35.0, -850.0, 10.0
CORTEX, SPONGE, DISC, CANAL = 550.0, 190.0, 85.0, 25.0


@dataclass(frozen=True, slots=True)
class Person:
    """Who the drawing stands for: `build` is 1 for an average body, lengths follow `scale`."""

    sex: str
    age: int
    build: float
    scale: float


@dataclass(slots=True)
class Canvas:
    """What is drawn so far: HU (z, y, x), the axes in mm, and the source of all chance."""

    hu: Field
    x: Field
    y: Field
    z: Field
    random: np.random.Generator
    organs: dict[str, Mask] = field(default_factory=dict)


def draw(
    person: Person, shape: tuple[int, int, int], spacing: Point, random: np.random.Generator
) -> Canvas:
    """Draw a person's abdomen on a grid of `shape` and `spacing` (z, y, x) mm; HU without noise."""
    z, y, x = (
        ((np.arange(n) - (n - 1) / 2) * step).astype(np.float32)
        for n, step in zip(shape, spacing, strict=True)
    )
    hu = np.full(shape, AIR, dtype=np.float32)
    canvas = Canvas(hu, x[None, None, :], y[None, :, None], z[:, None, None], random)
    cavity = _trunk(canvas, person)
    _bowel(canvas, cavity, person)
    _spine(canvas, person)
    _vessels(canvas, person)
    _organs(canvas, cavity, person)
    return canvas


def add_lesion(canvas: Canvas, organ: str, radius: float, change: float) -> Mask | None:
    """Draw a lesion of `radius` mm in an organ, `change` HU off it; None where none fits."""
    free = canvas.organs[organ] & ~canvas.organs.get("lesion", np.zeros_like(canvas.hu, bool))
    corner = ndimage.find_objects(free.view(np.uint8))
    if not corner:
        return None
    axes = [axis.ravel() for axis in (canvas.z, canvas.y, canvas.x)]
    depth = ndimage.distance_transform_edt(free[corner[0]], [_step(axis) for axis in axes])
    places = np.argwhere(depth > 1.2 * radius)
    if not len(places):
        return None
    at = places[canvas.random.integers(len(places))]
    found = [axis[span.start + i] for axis, span, i in zip(axes, corner[0], at, strict=True)]
    centre = (float(found[2]), float(found[1]), float(found[0]))
    box, distance = _ellipsoid(canvas, centre, (radius,) * 3, rough=0.18)
    lesion = np.zeros(canvas.hu.shape, dtype=bool)
    lesion[box] = (distance < 1) & free[box]
    canvas.hu[lesion] += change
    canvas.organs["lesion"] = canvas.organs.get("lesion", np.zeros_like(lesion)) | lesion
    return lesion


def _trunk(canvas: Canvas, person: Person) -> Mask:
    """Draw skin, fat, muscle wall and ribs; return the cavity inside the wall."""
    random = canvas.random
    wide = 148 * person.scale * (0.8 + 0.2 * person.build) * random.uniform(0.96, 1.04)
    deep = 100 * person.scale * (0.72 + 0.28 * person.build) * random.uniform(0.95, 1.05)
    fat = max(
        6.0, (30 if person.sex == "F" else 22) * person.build**2 * random.uniform(0.7, 1.1) - 6
    )
    wall = random.uniform(11, 16)
    narrow = 1 + 0.06 * np.sin(canvas.z / 70 + random.uniform(-0.6, 0.6))
    lumps = 1 + 0.02 * smooth_noise(canvas.hu.shape, 5, random)

    def rim(inward: float) -> Field:
        u = canvas.x / ((wide - inward) * narrow)
        v = canvas.y / ((deep - 0.8 * inward) * narrow)
        distance: Field = (np.abs(u) ** 2.4 + np.abs(v) ** 2.4) ** (1 / 2.4) * lumps
        return distance

    body, muscle, cavity = rim(0) < 1, rim(fat) < 1, rim(fat + wall) < 1
    canvas.hu[body] = FAT
    canvas.hu[muscle] = MUSCLE
    canvas.hu[cavity] = FAT
    bone = muscle & ~cavity & (rim(fat + 0.25 * wall) < 1) & (rim(fat + 0.85 * wall) >= 1)
    # Ribs run down and forward, end in the flank, and stop below the chest.
    phase = (canvas.z + 0.45 * canvas.y + random.uniform(0, 30)) / (27 * person.scale)
    low = float(canvas.z.max()) * random.uniform(-0.5, -0.2)
    ribs = bone & (phase % 1 < 0.36) & (canvas.y > -0.45 * deep) & (canvas.z > low)
    canvas.hu[ribs] = CORTEX
    canvas.organs["body"], canvas.organs["muscle"] = body, muscle
    return cavity


def _bowel(canvas: Canvas, cavity: Mask, person: Person) -> None:
    """Fill the cavity with loops: soft walls, fluid, gas that rises to the front."""
    random = canvas.random
    loops = smooth_noise(canvas.hu.shape, 11, random)
    front = canvas.y < 25 * person.scale
    low = canvas.z < float(canvas.z.max()) * random.uniform(-0.1, 0.3)
    gut = cavity & front & low & (loops > 0.15)
    canvas.hu[gut] = BOWEL
    canvas.hu[gut & (loops > 0.75)] = FLUID
    canvas.hu[gut & (loops > 1.0) & (canvas.y < -30)] = GAS
    side, up = random.uniform(45, 65) * person.scale, random.uniform(30, 50)
    radii = (random.uniform(30, 45), random.uniform(26, 36), random.uniform(32, 48))
    box, distance = _ellipsoid(canvas, (side, -38 * person.scale, up), radii, rough=0.25)
    stomach = (distance < 1) & cavity[box]
    canvas.hu[box][stomach] = BOWEL
    canvas.hu[box][stomach & (distance < 0.85)] = FLUID
    level = -38 * person.scale - random.uniform(4, 16)
    canvas.hu[box][stomach & (distance < 0.85) & (canvas.y[:, box[1], :] < level)] = GAS


def _spine(canvas: Canvas, person: Person) -> None:
    """Draw bodies, discs, canal and the arch behind, and the muscles beside them."""
    random = canvas.random
    back, radius = 58 * person.scale, random.uniform(19, 23) * person.scale
    x, y, z = canvas.x, canvas.y - back - 0.03 * canvas.z, canvas.z
    for side in (-1, 1):
        u, v = (x - side * 42 * person.scale) / 26, (y - 14) / 20
        canvas.hu[(u**2 + v**2 < 1) & canvas.organs["muscle"]] = MUSCLE
    level = (z + random.uniform(0, 34)) / (33 * person.scale)
    disc = np.broadcast_to(level % 1 < 0.22, canvas.hu.shape)
    d = np.sqrt((x / (1.15 * radius)) ** 2 + (y / (0.9 * radius)) ** 2)
    d = np.broadcast_to(d, canvas.hu.shape)
    sponge = SPONGE - 1.6 * (person.age - 50) + random.uniform(-20, 20)
    arch = ((x / 26) ** 2 + ((y - 26) / 12) ** 2 < 1) | ((np.abs(x) < 5) & (y > 20) & (y < 52))
    arch = np.broadcast_to(arch, canvas.hu.shape) & ~disc & canvas.organs["muscle"]
    canvas.hu[arch] = 0.6 * CORTEX
    canvas.hu[d < 1] = CORTEX
    canvas.hu[d < 0.88] = sponge
    canvas.hu[disc & (d < 1)] = DISC
    canal = np.broadcast_to((x / 9) ** 2 + ((y - radius - 4) / 8) ** 2 < 1, canvas.hu.shape)
    canvas.hu[canal] = CANAL
    canvas.organs["spine"] = ((d < 1) & ~disc) | (arch & ~canal)


def _vessels(canvas: Canvas, person: Person) -> None:
    """Draw the aorta and the inferior vena cava in front of the spine."""
    random = canvas.random
    bright = random.uniform(130, 190)
    wave = 4 * np.sin(canvas.z / 60 + random.uniform(0, 6))
    calibre = random.uniform(9, 11) + 0.04 * (person.age - 50) + (1 if person.sex == "M" else 0)
    places = (
        ("aorta", 9.0, 27.0, calibre, bright),
        ("cava", -21.0, 24.0, calibre * 1.1, bright - 15),
    )
    for name, side, back, radius, value in places:
        u = (canvas.x - side * person.scale - wave) / radius
        v = (canvas.y - back * person.scale) / (radius if name == "aorta" else 0.75 * radius)
        tube = np.broadcast_to(u**2 + v**2 < 1, canvas.hu.shape)
        canvas.hu[tube] = value
        canvas.organs[name] = np.array(tube)


def _organs(canvas: Canvas, cavity: Mask, person: Person) -> None:
    """Draw kidneys, spleen and liver, later ones giving way to earlier ones."""
    random, s = canvas.random, person.scale

    def vary(mean: float, share: float) -> float:
        return float(mean * s * random.normal(1, share))

    taken = canvas.organs["spine"] | canvas.organs["aorta"] | canvas.organs["cava"]
    room = cavity & ~taken
    liver, spleen, kidney = (
        random.uniform(95, 125),
        random.uniform(105, 135),
        random.uniform(140, 190),
    )
    for name, side, up in (("kidney_right", -1, -38.0), ("kidney_left", 1, -26.0)):
        centre = (side * vary(62, 0.05), vary(38, 0.08), up * s + random.normal(0, 6))
        radii = (vary(25, 0.08), vary(24, 0.08), vary(50, 0.08))
        found = _place(canvas, room, name, kidney, [(centre, radii)], rough=0.08)
        room &= ~found
        pelvis_box, d = _ellipsoid(
            canvas, (centre[0] - side * 12, centre[1], centre[2]), (12, 8, 22), rough=0.1
        )
        canvas.hu[pelvis_box][(d < 1) & found[pelvis_box]] = FAT + 30
    centre = (vary(98, 0.04), vary(30, 0.1), 42 * s + random.normal(0, 8))
    radii = (vary(25, 0.12), vary(37, 0.12), vary(44, 0.15))
    room &= ~_place(canvas, room, "spleen", spleen, [(centre, radii)], rough=0.12)
    right = (-vary(74, 0.05), vary(2, 0.5), 40 * s), (vary(58, 0.07), vary(70, 0.06), vary(68, 0.1))
    left = (vary(2, 0.5), -vary(38, 0.1), 50 * s), (vary(66, 0.1), vary(34, 0.1), vary(36, 0.12))
    _place(canvas, room, "liver", liver, [right, left], rough=0.1)
    texture = 6 * smooth_noise(canvas.hu.shape, 6, random)
    canvas.hu[canvas.organs["liver"]] += texture[canvas.organs["liver"]]


def _place(
    canvas: Canvas,
    room: Mask,
    name: str,
    value: float,
    parts: list[tuple[Point, Point]],
    rough: float,
) -> Mask:
    organ = np.zeros(canvas.hu.shape, dtype=bool)
    for centre, radii in parts:
        box, distance = _ellipsoid(canvas, centre, radii, rough=rough)
        organ[box] |= (distance < 1) & room[box]
    canvas.hu[organ] = value
    canvas.organs[name] = organ
    return organ


def _ellipsoid(
    canvas: Canvas, centre: Point, radii: Point, *, rough: float
) -> tuple[tuple[slice, slice, slice], Field]:
    """Return a box and, in it, the distance in radii from a turned ellipsoid's centre (x, y, z)."""
    reach = 1.15 * max(radii) * (1 + 3 * rough)
    spans = []
    for axis, middle in ((canvas.z, centre[2]), (canvas.y, centre[1]), (canvas.x, centre[0])):
        at = np.flatnonzero(np.abs(axis.ravel() - middle) <= reach)
        spans.append(slice(int(at[0]), int(at[-1]) + 1) if len(at) else slice(0, 0))
    box = (spans[0], spans[1], spans[2])
    turn, lean = canvas.random.uniform(-0.25, 0.25, 2)
    x, y = canvas.x[..., box[2]] - centre[0], canvas.y[:, box[1]] - centre[1]
    z = canvas.z[box[0]] - centre[2]
    u = (np.cos(turn) * x + np.sin(turn) * y) / radii[0]
    v = (np.cos(turn) * y - np.sin(turn) * x + np.sin(lean) * z) / radii[1]
    shape = (x.shape[2], y.shape[1], z.shape[0])[::-1]
    distance: Field = np.sqrt(u**2 + v**2 + (z / radii[2]) ** 2)
    if min(shape) > 0:
        distance = distance + rough * smooth_noise(shape, 4, canvas.random)
    return box, distance


def smooth_noise(shape: tuple[int, ...], cells: int, random: np.random.Generator) -> Field:
    """Return smooth noise of unit spread: `cells` independent values along each axis."""
    coarse = random.standard_normal([cells] * 3).astype(np.float32)
    grid = [np.linspace(0, cells - 1, n, dtype=np.float32) for n in shape]
    for axis, places in enumerate(grid):
        low = np.minimum(places.astype(int), cells - 2)
        share = places - low
        share = (share * share * (3 - 2 * share)).reshape(
            [-1 if a == axis else 1 for a in range(3)]
        )
        coarse = np.take(coarse, low, axis) * (1 - share) + np.take(coarse, low + 1, axis) * share
    # Between the cells' values the blend has less spread than at them.
    return (coarse / max(1e-6, float(coarse.std()))).astype(np.float32)


def _step(axis: Field) -> float:
    return float(axis[1] - axis[0]) if axis.size > 1 else 1.0
