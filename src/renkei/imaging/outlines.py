"""Outlines on a slide ↔ GeoJSON: polygons in level-0 pixels, inner rings are holes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from renkei.errors import DataRefusedError
from renkei.imaging.codes import Code
from renkei.plugins import need_extra

MAX_OUTLINES = 200_000
MAX_POINTS = 5_000_000
Ring = tuple[tuple[float, float], ...]


class OutlinesRefusedError(DataRefusedError):
    """The text holds no outlines that can be read."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One polygon of a class: rings of (x, y) in level-0 pixels, the first outer, closed.

    `code` is the concept that the file names beside the class.
    """

    name: str
    rings: tuple[Ring, ...]
    code: Code | None = None

    def area_px(self) -> float:
        """Return the area in square level-0 pixels, holes taken out."""
        outer, *holes = (abs(_shoelace(ring)) for ring in self.rings)
        return outer - sum(holes)


def read_geojson(text: str | bytes) -> tuple[Outline, ...]:
    """Read GeoJSON as QuPath writes it: a collection, or a list of features.

    Multi-polygons become several outlines; what has no class is called by its own name.

    Raises:
        OutlinesRefusedError: No GeoJSON, not polygons, not closed, or over the limit.
    """
    try:
        root = json.loads(text)
        features = root if isinstance(root, list) and root else root["features"]
        found = tuple(outline for f in features for outline in _outlines(f))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise OutlinesRefusedError("This is not GeoJSON with polygons.") from error
    if len(found) > MAX_OUTLINES or sum(len(r) for o in found for r in o.rings) > MAX_POINTS:
        raise OutlinesRefusedError("There are more outlines than the limit.")
    return found


def write_geojson(outlines: Sequence[Outline]) -> str:
    """Return a FeatureCollection that QuPath opens; the same outlines give the same text."""
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, y] for x, y in ring] for ring in outline.rings],
            },
            "properties": {
                "objectType": "annotation",
                "classification": {"name": outline.name},
            },
        }
        for outline in outlines
    ]
    return json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, sort_keys=True
    )


def dice(a: Sequence[Outline], b: Sequence[Outline]) -> float | None:
    """Return 2·|A∩B| / (|A|+|B|) of the areas; None when both are empty: agreed absence."""
    need_extra("imaging", "shapely")
    import shapely

    first, second = (
        shapely.union_all(
            [shapely.make_valid(shapely.Polygon(o.rings[0], o.rings[1:])) for o in side]
        )
        for side in (a, b)
    )
    total = first.area + second.area
    return None if total == 0 else float(2 * first.intersection(second).area / total)


def _polygon(outline: Outline) -> Any:
    import shapely

    return shapely.make_valid(shapely.Polygon(outline.rings[0], outline.rings[1:]))


def _outlines(feature: dict[str, Any]) -> list[Outline]:
    shape = feature["geometry"]
    name = _name(feature.get("properties") or {})
    if shape["type"] == "Polygon":
        polygons = [shape["coordinates"]]
    elif shape["type"] == "MultiPolygon":
        polygons = shape["coordinates"]
    else:
        raise OutlinesRefusedError("Only polygons are taken.")
    return [Outline(name, tuple(_ring(r) for r in rings)) for rings in polygons if rings]


def _name(properties: dict[str, Any]) -> str:
    """Return the class: QuPath 0.2 to 0.3 write `name`, from 0.4 on `names` of a derived class."""
    said = properties.get("classification") or {}
    if isinstance(said, str):
        return said
    several = said.get("names") or ()
    return str(said.get("name") or ": ".join(map(str, several)) or properties.get("name") or "")


def _ring(points: list[list[float]]) -> Ring:
    ring = tuple((float(p[0]), float(p[1])) for p in points)
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise OutlinesRefusedError("An outline is not closed.")
    return ring


def _shoelace(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2
