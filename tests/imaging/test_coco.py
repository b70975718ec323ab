"""COCO: polygons and both forms of run lengths become outlines of the same area."""

import json

import numpy as np
import pytest

from renkei.imaging.coco import CocoRefusedError, read_coco, unpack_counts, write_coco
from renkei.imaging.outlines import Outline


def runs_of(mask: np.ndarray) -> list[int]:
    """Return uncompressed run lengths, column by column, beginning with what is not marked."""
    flat = mask.T.ravel()
    edges = np.flatnonzero(np.diff(flat)) + 1
    ends = [0, *edges.tolist(), flat.size]
    runs = np.diff(ends).tolist()
    return [0, *runs] if flat[0] else runs


def packed(runs: list[int]) -> str:
    """Return the compressed form, as rleToString of COCO's mask API writes it."""
    out = ""
    for n, run in enumerate(runs):
        value = run - runs[n - 2] if n > 2 else run
        more = True
        while more:
            byte = value & 0x1F
            value >>= 5
            more = value != -1 if byte & 0x10 else value != 0
            out += chr((byte | 0x20 if more else byte) + 48)
    return out


def coco(*marked, width=40, height=30, **more) -> str:
    notes = [
        {"id": n, "image_id": 7, "category_id": 1, "segmentation": one}
        for n, one in enumerate(marked)
    ]
    image = {"id": 7, "width": width, "height": height, "file_name": "a.png"}
    root = {"images": [image], "categories": [{"id": 1, "name": "tumour"}], "annotations": notes}
    return json.dumps(root | more)


@pytest.fixture
def mask() -> np.ndarray:
    found = np.random.default_rng(1).random((30, 40)) < 0.3
    found[3:20, 5:25] = True
    found[8:12, 9:14] = False
    return found


@pytest.mark.parametrize("form", [lambda r: r, packed])
def test_run_lengths_keep_area_and_holes(mask, form):
    marked = {"size": [30, 40], "counts": form(runs_of(mask))}
    outlines = read_coco(coco(marked)).outlines
    assert sum(o.area_px() for o in outlines) == mask.sum()
    assert any(len(o.rings) > 1 for o in outlines)
    assert {o.name for o in outlines} == {"tumour"}


def test_the_compressed_form_is_undone(mask):
    runs = [0, 1, 5000, 3, 4999, 100_000, 2, 2, *runs_of(mask)]
    assert unpack_counts(packed(runs)) == runs


def test_polygons_are_closed():
    (outline,) = read_coco(coco([[1, 1, 9, 1, 9, 5, 1, 5]])).outlines
    assert outline.rings[0][0] == outline.rings[0][-1]
    assert outline.area_px() == 32


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "nothing",
        coco([]),
        coco([[1, 1, 2, 2]]),
        coco([[1, 1, 2, 2, 3]]),
        coco({"size": [30, 40], "counts": [3, 4]}),
        coco({"size": [40, 30], "counts": [600, 600]}),
        coco({"size": [30, 40], "counts": "\x7f\x7f"}),
        coco({"size": [30, 40], "counts": [1200]}),
        coco([[1, 1, 9, 1, 9, 5]], categories=[]),
        coco([[1, 1, 9, 1, 9, 5]], images=[]),
    ],
)
def test_what_marks_nothing_in_one_image_is_refused(text):
    with pytest.raises(CocoRefusedError):
        read_coco(text)


def test_annotations_of_two_images_are_refused():
    root = json.loads(coco([[1, 1, 9, 1, 9, 5]], [[1, 1, 9, 1, 9, 5]]))
    root["annotations"][1]["image_id"] = 8
    with pytest.raises(CocoRefusedError, match="file of its own"):
        read_coco(json.dumps(root))


def test_outlines_come_back_from_what_is_written(mask):
    marked = {"size": [30, 40], "counts": runs_of(mask)}
    plain = Outline("stroma", (((1.5, 1.5), (9.25, 1.5), (9.25, 5.0), (1.5, 1.5)),))
    outlines = (*read_coco(coco(marked)).outlines, plain)
    again = read_coco(write_coco(outlines, 40, 30))
    assert (again.width, again.height) == (40, 30)
    assert plain in again.outlines
    for name in ("tumour", "stroma"):
        areas = [
            sum(o.area_px() for o in side if o.name == name) for side in (outlines, again.outlines)
        ]
        assert areas[0] == areas[1]
    held = sum(len(o.rings) - 1 for o in outlines)
    assert sum(len(o.rings) - 1 for o in again.outlines) == held > 0
