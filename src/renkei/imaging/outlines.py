"""Outlines on a slide ↔ GeoJSON: polygons in level-0 pixels, inner rings are holes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID

from renkei.errors import DataRefusedError
from renkei.imaging.codes import Code
from renkei.plugins import need_extra

MAX_OUTLINES = 200_000
MAX_POINTS = 5_000_000
Ring = tuple[tuple[float, float], ...]


class OutlinesRefusedError(DataRefusedError):
    """The text holds no outlines that can be read."""


class Kind(StrEnum):
    """What an element on a slide is; a box that is annotated throughout is no finding itself."""

    POLYGON = "polygon"
    RECTANGLE = "rectangle"
    POINT = "point"
    RULER = "ruler"
    ANNOTATED = "annotated"


AREAS = frozenset({Kind.POLYGON, Kind.RECTANGLE})
FINDINGS = AREAS | {Kind.POINT}
OPEN = frozenset({Kind.POINT, Kind.RULER})


@dataclass(frozen=True, slots=True)
class Outline:
    """One element of a class: rings of (x, y) in level-0 pixels, the first outer, closed.

    A point is one ring of one place, a ruler one of two. `code` is the concept that the file
    names beside the class; `parent` is the `id` of the region that this one lies in.
    """

    name: str
    rings: tuple[Ring, ...]
    code: Code | None = None
    kind: Kind = Kind.POLYGON
    id: str = ""
    parent: str = ""

    def area_px(self) -> float:
        """Return the area in square level-0 pixels, holes taken out."""
        if self.kind in OPEN:
            return 0.0
        outer, *holes = (abs(_shoelace(ring)) for ring in self.rings)
        return outer - sum(holes)


@dataclass(frozen=True, slots=True)
class Scale:
    """The slide that outlines lie on: level-0 pixels across and down, µm per pixel if known."""

    width: int
    height: int
    mpp: float | None


def read_geojson(text: str | bytes) -> tuple[Outline, ...]:
    """Read GeoJSON as QuPath writes it: a collection, or a list of features.

    Multi-polygons become several outlines, several points several elements; a line of two
    places is a ruler. What has no class is called by its own name.

    Raises:
        OutlinesRefusedError: No GeoJSON, other shapes, not closed, or over the limit.
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


def read_scale(text: str | bytes) -> Scale | None:
    """Return what `write_geojson` noted of the slide; None where a file says nothing."""
    try:
        said = json.loads(text)["slide"]
        mpp = None if said["mpp"] is None else float(said["mpp"])
        return Scale(int(said["width"]), int(said["height"]), mpp)
    except (KeyError, TypeError, ValueError):
        return None


def write_geojson(outlines: Sequence[Outline], scale: Scale | None = None) -> str:
    """Return a FeatureCollection that QuPath opens; the same outlines give the same text.

    GeoJSON has no word for µm per pixel: `scale` stands beside the features as "slide".
    """
    root: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [_feature(outline) for outline in outlines],
    }
    if scale is not None:
        root["slide"] = {"width": scale.width, "height": scale.height, "mpp": scale.mpp}
    return json.dumps(root, ensure_ascii=False, sort_keys=True)


def _feature(outline: Outline) -> dict[str, Any]:
    rings = [[[x, y] for x, y in ring] for ring in outline.rings]
    geometry: dict[str, Any] = {"type": "Polygon", "coordinates": rings}
    if outline.kind is Kind.POINT:
        geometry = {"type": "Point", "coordinates": rings[0][0]}
    elif outline.kind is Kind.RULER:
        geometry = {"type": "LineString", "coordinates": rings[0]}
    properties: dict[str, Any] = {
        "objectType": "annotation",
        "classification": {"name": outline.name},
    }
    kept = {"parent": outline.parent} if outline.parent else {}
    if outline.kind in {Kind.RECTANGLE, Kind.ANNOTATED}:
        kept["kind"] = outline.kind.value
    if kept:
        properties["metadata"] = kept
    said = {"id": outline.id} if outline.id else {}
    return {"type": "Feature", **said, "geometry": geometry, "properties": properties}


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


def _outlines(feature: dict[str, Any]) -> Iterator[Outline]:
    shape, properties = feature["geometry"], feature.get("properties") or {}
    name, said = _name(properties), properties.get("metadata")
    kept = said if isinstance(said, dict) else {}
    parent, own = _uuid(kept.get("parent")), _uuid(feature.get("id"))
    for kind, rings in _shapes(shape["type"], shape["coordinates"]):
        if kind is Kind.POLYGON and kept.get("kind") in {Kind.RECTANGLE, Kind.ANNOTATED}:
            kind = Kind(kept["kind"])  # noqa: PLW2901  the shape alone does not say so
        yield Outline(name, rings, None, kind, own, parent)


def _shapes(shape: str, places: Any) -> Iterator[tuple[Kind, tuple[Ring, ...]]]:
    if shape in {"Polygon", "MultiPolygon"}:
        for rings in [places] if shape == "Polygon" else places:
            if rings:
                yield Kind.POLYGON, tuple(_ring(ring) for ring in rings)
    elif shape in {"Point", "MultiPoint"}:
        for place in [places] if shape == "Point" else places:
            yield Kind.POINT, (((float(place[0]), float(place[1])),),)
    elif shape == "LineString" and len(places) == 2:
        yield Kind.RULER, (tuple((float(p[0]), float(p[1])) for p in places),)
    else:
        raise OutlinesRefusedError("Only polygons, points and lines of two places are taken.")


def _uuid(said: Any) -> str:
    """Return an id as such; QuPath up to 0.2 writes a word in its place."""
    try:
        return str(UUID(said))
    except (AttributeError, TypeError, ValueError):
        return ""


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
