"""Labels are recognised by what they hold; what marks nothing is refused."""

import gzip
import json

import pytest
from tests.collect.server.test_labels import coco, outlines

from renkei.collect.claims import NothingMarkedError
from renkei.collect.kinds import MalformedError, UnknownSubjectError
from renkei.collect.labels import part_label
from renkei.collect.part import Sent

KNOWN = frozenset({"P1"})


@pytest.mark.parametrize(
    ("data", "form", "count"),
    [
        (outlines((1, 1, 5, 5), (2, 2, 8, 9)), "geojson", 2),
        (gzip.compress(outlines((1, 1, 5, 5)), mtime=0), "geojson", 1),
        (json.dumps(json.loads(outlines((1, 1, 8, 9)))["features"]).encode(), "geojson", 1),
        (coco(100, 50), "coco", 1),
    ],
)
def test_outlines_are_counted_and_measured(data, form, count):
    (part,) = part_label(Sent(data, "P1", KNOWN))
    assert (part.format, part.summary) == (form, {"outlines": count})
    assert part.claim.reach in {(8, 9), (5, 5), (9, 9)}
    assert part.data[:1] in {b"{", b"["}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b'{"features": []}', NothingMarkedError),
        (b'{"type": "FeatureCollection", "features": []}', NothingMarkedError),
        (b"[]", NothingMarkedError),
        (b"[1]", MalformedError),
        (b'{"type": 3', MalformedError),
        (outlines((1, 1, 5, 5)).replace(b"Polygon", b"Circle"), NothingMarkedError),
        (outlines((1, 1, 5, 5)).replace(b"1.0", b'"1"'), MalformedError),
        (b"[" * 5000, MalformedError),
        (b"\x89PNG\r\n", MalformedError),
    ],
)
def test_what_marks_nothing_is_refused(data, error):
    with pytest.raises(error):
        part_label(Sent(data, "P1", KNOWN))


def test_a_label_of_nobody_is_refused():
    with pytest.raises(UnknownSubjectError):
        part_label(Sent(coco(9, 9), None, KNOWN))
