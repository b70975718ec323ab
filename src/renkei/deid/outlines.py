"""GeoJSON outlines drawn on a slide: geometry and the class stay, names and ids go."""

import json
import math

from renkei.deid.identifiers import Identifiers
from renkei.deid.pseudonym import PseudonymKey, name_file, pseudonym
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.text import clean_text

_SHAPES = frozenset({"Polygon", "MultiPolygon", "Point", "MultiPoint", "LineString"})


def deidentify_outlines(
    data: bytes, key: PseudonymKey, *, patient: str, known: Identifiers | None = None
) -> Result:
    """Return a FeatureCollection of listed shapes, each with its class name only."""
    subject = pseudonym(key, "patient", patient)
    identifiers = known or Identifiers()
    try:
        root = json.loads(data.decode("utf-8-sig"))
        features = root["features"] if isinstance(root, dict) else root
        clean = [_feature(f, identifiers) for f in features]
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError):
        return held(Kind.LABEL, "malformed", subject=subject)
    body = json.dumps({"type": "FeatureCollection", "features": clean}, ensure_ascii=False)
    out = body.encode("utf-8")
    return Result(
        Kind.LABEL, State.CLEAN, data=out, name=name_file(key, out, ".geojson"),
        counts={"shapes": len(clean)}, subject=subject,
    )  # fmt: skip


def _feature(feature: dict[str, object], known: Identifiers) -> dict[str, object]:
    geometry = feature["geometry"]
    if not isinstance(geometry, dict) or geometry.get("type") not in _SHAPES:
        raise ValueError
    properties = feature.get("properties") or {}
    wanted = properties.get("classification", {}) if isinstance(properties, dict) else {}
    name = wanted.get("name", "") if isinstance(wanted, dict) else ""
    return {
        "type": "Feature",
        "geometry": {"type": geometry["type"], "coordinates": _numbers(geometry["coordinates"])},
        "properties": {"classification": {"name": clean_text(str(name), known)[0]}},
    }


def _numbers(node: object) -> object:
    if isinstance(node, list):
        return [_numbers(item) for item in node]
    if isinstance(node, bool) or not isinstance(node, int | float) or not math.isfinite(node):
        raise ValueError
    return node
