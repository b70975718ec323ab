"""Outlines on slides."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.imaging.outlines import (
    Kind,
    Outline,
    OutlinesRefusedError,
    Scale,
    dice,
    read_geojson,
    read_scale,
    write_geojson,
)

number = st.floats(0, 50_000, allow_nan=False)


def square(x: float, y: float, side: float, name: str = "tumour", hole: float = 0) -> Outline:
    def ring(x, y, side):
        return ((x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y))

    rings = [ring(x, y, side)]
    if hole:
        rings.append(ring(x + (side - hole) / 2, y + (side - hole) / 2, hole))
    return Outline(name, tuple(rings))


@given(
    st.lists(st.builds(square, number, number, st.floats(1, 900), st.text(max_size=5)), max_size=5)
)
def test_outlines_come_back(outlines):
    text = write_geojson(outlines)
    assert read_geojson(text) == tuple(outlines)
    assert write_geojson(read_geojson(text)) == text


def test_kinds_hierarchy_and_scale_come_back():
    region = replace(square(0, 0, 100, hole=20), id=str(uuid4()))
    box = replace(square(5, 5, 50), kind=Kind.ANNOTATED, id=str(uuid4()))
    within = {"id": str(uuid4()), "parent": region.id}
    mark = Outline("mitosis", (((7.5, 8.25),),), None, Kind.POINT, **within)
    ruler = Outline("mitosis", (((0.0, 0.0), (30.0, 40.0)),), None, Kind.RULER)
    drawn = (region, box, mark, ruler, replace(square(1, 2, 3), kind=Kind.RECTANGLE))
    text = write_geojson(drawn, Scale(4000, 3000, 0.25))
    assert read_geojson(text) == drawn
    assert read_scale(text) == Scale(4000, 3000, 0.25)
    assert read_scale(write_geojson(drawn)) is None
    assert mark.area_px() == ruler.area_px() == 0


def test_several_points_become_several():
    shape = {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}
    found = read_geojson(json.dumps({"features": [{"geometry": shape}]}))
    assert [(o.kind, o.rings) for o in found] == [
        (Kind.POINT, (((1.0, 2.0),),)),
        (Kind.POINT, (((3.0, 4.0),),)),
    ]


@given(st.floats(2, 500), st.floats(0.1, 0.9))
def test_a_hole_is_taken_out_of_the_area(side, share):
    whole, holed = square(0, 0, side), square(0, 0, side, hole=share * side)
    assert whole.area_px() == pytest.approx(side**2)
    assert holed.area_px() == pytest.approx(side**2 * (1 - share**2))


def test_dice_has_its_known_values():
    one = [square(0, 0, 10)]
    assert dice(one, one) == pytest.approx(1)
    assert dice(one, [square(5, 0, 10)]) == pytest.approx(0.5)
    assert dice(one, [square(50, 0, 10)]) == 0
    assert dice(one, [square(0, 0, 10, hole=5)]) == pytest.approx(2 * 75 / 175)
    assert dice(one, []) == 0
    assert dice([], []) is None


def test_a_multi_polygon_becomes_several():
    rings = [[list(point) for point in square(0, 0, 5).rings[0]]]
    feature = {
        "geometry": {"type": "MultiPolygon", "coordinates": [rings, rings]},
        "properties": {"classification": {"name": "x"}},
    }
    assert len(read_geojson(json.dumps({"features": [feature]}))) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"features": 3}',
        '{"features": [{"geometry": {"type": "Point", "coordinates": [1]}}]}',
        '{"features": [{"geometry": {"type": "LineString", "coordinates": [[1, 2]]}}]}',
        '{"features": [{"geometry": {"type": "GeometryCollection", "coordinates": []}}]}',
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}]}',
        '{"features":[{"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}}]}',
    ],
)
def test_what_is_no_closed_polygon_is_refused(text):
    with pytest.raises(OutlinesRefusedError):
        read_geojson(text)


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({"classification": {"name": "Tumor", "colorRGB": -3670016}}, "Tumor"),
        (
            {"classification": {"names": ["Tumor", "Positive"], "color": [200, 0, 0]}},
            "Tumor: Positive",
        ),
        ({"classification": "Stroma"}, "Stroma"),
        ({"objectType": "annotation", "name": "region 3"}, "region 3"),
        ({"objectType": "annotation", "isLocked": False}, ""),
        (None, ""),
    ],
)
def test_the_class_is_found_as_qupath_writes_it(properties, name):
    ring = [[0, 0], [4, 0], [4, 4], [0, 0]]
    feature = {
        "type": "Feature",
        "id": "PathAnnotationObject",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": properties,
    }
    for root in ([feature], {"type": "FeatureCollection", "features": [feature]}):
        (outline,) = read_geojson(json.dumps(root))
        assert outline.name == name
