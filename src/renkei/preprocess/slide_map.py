"""Where pixels of a new slide lie on the old one: for its pixels, and for what was drawn on it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.annotate.elements import pack_rings, unpack_rings
from renkei.imaging.outlines import Kind, Outline, Ring

FORMAT = "renkei.slide_map/1"
ROUNDS = 20
EXACT_PX = 1e-3
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SlideMap:
    """A map from level-0 places (x, y) of the new slide to those of the old one.

    `affine` is 2 x 3. `shifts` (rows, columns, 2), where there are any, are added: in old pixels,
    known every `step` new pixels from the corner on, and linear between.
    """

    affine: Points
    shifts: Points | None = None
    step: float = 0.0

    def to_old(self, places: Points) -> Points:
        """Return where places (n, 2) of the new slide lie on the old one."""
        found: Points = places @ self.affine[:, :2].T + self.affine[:, 2]
        if self.shifts is None:
            return found
        at = (places / self.step).T[::-1]
        moved = [
            ndimage.map_coordinates(self.shifts[..., i], at, order=1, mode="nearest")
            for i in range(2)
        ]
        moved_px: Points = np.stack(moved, axis=1)
        return found + moved_px

    def to_new(self, places: Points) -> Points:
        """Return where places (n, 2) of the old slide lie on the new one."""
        back = np.linalg.inv(self.affine[:, :2])
        found = (places - self.affine[:, 2]) @ back.T
        for _ in range(ROUNDS if self.shifts is not None else 0):
            off = places - self.to_old(found)
            found = found + off @ back.T
            if np.abs(off).max(initial=0.0) < EXACT_PX:
                break
        return found

    def to_json(self) -> bytes:
        """Return the map as JSON, the same map as the same bytes."""
        said = {"format": FORMAT, "affine": self.affine.round(9).tolist()}
        if self.shifts is not None:
            said |= {"step": self.step, "shifts": self.shifts.round(4).tolist()}
        return json.dumps(said, sort_keys=True).encode()


def scaling(factor: float) -> SlideMap:
    """Return the map of a slide whose new pixels cover `factor` old ones."""
    return SlideMap(np.array([[factor, 0.0, 0.0], [0.0, factor, 0.0]]))


def carry_elements(
    elements: Sequence[Outline], transform: Callable[[Points], Points]
) -> tuple[Outline, ...]:
    """Return elements moved by `transform`, which takes places (n, 2): `SlideMap.to_new`.

    A rectangle that no longer lies along the axes becomes a polygon.
    """
    return tuple(_carried(element, transform) for element in elements)


def carry_shape(shape: bytes, transform: Callable[[Points], Points]) -> bytes:
    """Return the packed rings of a stored element moved by `transform`."""
    return pack_rings(_moved(unpack_rings(shape), transform))


def _carried(element: Outline, transform: Callable[[Points], Points]) -> Outline:
    rings = _moved(element.rings, transform)
    kind = element.kind
    if kind is Kind.RECTANGLE and not _along_axes(rings[0]):
        kind = Kind.POLYGON
    return replace(element, rings=rings, kind=kind)


def _moved(rings: Sequence[Ring], transform: Callable[[Points], Points]) -> tuple[Ring, ...]:
    sizes = np.cumsum([len(ring) for ring in rings])[:-1]
    places = np.array([place for ring in rings for place in ring], dtype=np.float64).reshape(-1, 2)
    return tuple(
        tuple((float(x), float(y)) for x, y in part) for part in np.split(transform(places), sizes)
    )


def _along_axes(ring: Ring) -> bool:
    sides = np.abs(np.diff(np.array(ring), axis=0))
    return bool((sides.min(axis=1) < EXACT_PX).all())
