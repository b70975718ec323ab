"""COCO annotations of one image ↔ outlines: polygons and run lengths, holes kept."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from renkei.errors import DataRefusedError
from renkei.imaging.outlines import MAX_OUTLINES, MAX_POINTS, Outline, Ring
from renkei.imaging.polygons import fill
from renkei.plugins import need_extra

MAX_RUNS = 2_000_000
MAX_PIXELS = 2**26


class CocoRefusedError(DataRefusedError):
    """The file is no COCO annotation of one image."""


@dataclass(frozen=True, slots=True)
class Coco:
    """The outlines of one image with its size in pixels."""

    width: int
    height: int
    outlines: tuple[Outline, ...]


def read_coco(source: bytes | str) -> Coco:
    """Read the annotations of the one image that has any; categories become names.

    Raises:
        CocoRefusedError: It is no COCO file, is of several images, or holds boxes only.
    """
    try:
        root = json.loads(source)
        categories = {int(c["id"]): str(c["name"]) for c in root["categories"]}
        images = {i["id"]: i for i in root["images"]}
        named = {a["image_id"] for a in root["annotations"]}
        if len(named) > 1 or (not named and len(images) != 1):
            raise CocoRefusedError("Write the annotations of each image into a file of its own.")
        image = images[next(iter(named or images))]
        width, height = int(image["width"]), int(image["height"])
        found = tuple(
            outline
            for one in root["annotations"]
            for outline in _outlines(one, categories[int(one["category_id"])], width, height)
        )
    except (KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
        raise CocoRefusedError("This is not a COCO file that can be read.") from error
    if len(found) > MAX_OUTLINES or sum(len(r) for o in found for r in o.rings) > MAX_POINTS:
        raise CocoRefusedError("There are more outlines than the limit.")
    return Coco(width, height, found)


def _outlines(one: dict[str, Any], name: str, width: int, height: int) -> Iterator[Outline]:
    marked = one.get("segmentation")
    if not marked:
        raise CocoRefusedError("An annotation is a box only; send outlines or masks.")
    if isinstance(marked, dict):
        if list(marked["size"]) != [height, width]:
            raise CocoRefusedError("A mask is of another size than its image.")
        counts = marked["counts"]
        runs = unpack_counts(counts) if isinstance(counts, str) else [int(n) for n in counts]
        boxes = _boxes(runs, width, height)
        if not boxes:
            raise CocoRefusedError("A mask marks nothing.")
        yield from _area(boxes, name)
        return
    for flat in marked:
        points = list(zip(map(float, flat[::2]), map(float, flat[1::2]), strict=True))
        if len(points) < 3:
            raise CocoRefusedError("An outline has fewer than three points.")
        closed = points if points[0] == points[-1] else [*points, points[0]]
        yield Outline(name, (tuple(closed),))


def write_coco(outlines: Sequence[Outline], width: int, height: int, *, file_name: str = "") -> str:
    """Return outlines as COCO annotations of one image, classes numbered in order of name.

    A plain outline stays a polygon. COCO's polygons know no holes, so an outline with holes
    becomes run lengths: its pixels are those whose centre lies inside.

    Raises:
        CocoRefusedError: An outline with holes spans more pixels than the limit.
    """
    names = sorted({outline.name for outline in outlines})
    numbers = {name: n for n, name in enumerate(names, start=1)}
    notes = [
        {
            "id": n,
            "image_id": 1,
            "category_id": numbers[outline.name],
            "iscrowd": int(len(outline.rings) > 1),
            "area": outline.area_px(),
            "bbox": _bbox(outline),
            "segmentation": _marked(outline, width, height),
        }
        for n, outline in enumerate(outlines, start=1)
    ]
    image = {"id": 1, "width": width, "height": height, "file_name": file_name}
    categories = [{"id": n, "name": name} for name, n in numbers.items()]
    root = {"images": [image], "categories": categories, "annotations": notes}
    return json.dumps(root, ensure_ascii=False)


def _bbox(outline: Outline) -> list[float]:
    xs, ys = zip(*outline.rings[0], strict=True)
    return [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]


def _marked(outline: Outline, width: int, height: int) -> Any:
    if len(outline.rings) == 1:
        return [[value for point in outline.rings[0][:-1] for value in point]]
    x, y, wide, high = _bbox(outline)
    left, top = max(0, int(x)), max(0, int(y))
    shape = (min(height, int(y + high) + 1) - top, min(width, int(x + wide) + 1) - left)
    if shape[0] * shape[1] > MAX_PIXELS:
        raise CocoRefusedError("An outline with holes is too large for COCO; write GeoJSON.")
    # Outlines count from a pixel's corner, filling from its centre.
    rings = [np.array(ring) - (left + 0.5, top + 0.5) for ring in outline.rings]
    columns, rows = np.nonzero(fill(rings, shape).T)
    at = (columns + left) * height + rows + top
    first = np.flatnonzero(np.diff(at, prepend=-2) != 1)
    last = np.append(first[1:], at.size) - 1
    ends = np.column_stack([at[first], at[last] + 1]).ravel()
    counts = np.diff(ends, prepend=0, append=width * height)
    return {"size": [height, width], "counts": counts.tolist()}


def unpack_counts(text: str) -> list[int]:
    """Return the run lengths of COCO's compressed form: base 48, sign extended, differences."""
    counts: list[int] = []
    at = 0
    while at < len(text):
        value = shift = 0
        more = True
        while more:
            byte = ord(text[at]) - 48
            if not 0 <= byte < 64:
                raise CocoRefusedError("The run lengths of a mask are broken.")
            value |= (byte & 0x1F) << shift
            more = bool(byte & 0x20)
            at += 1
            shift += 5
            if not more and byte & 0x10:
                value |= -1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
    return counts


def _boxes(runs: list[int], width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Return the marked pixels as boxes (x0, y0, x1, y1); runs go down column by column."""
    if min(runs, default=0) < 0 or sum(runs) != width * height or len(runs) > MAX_RUNS:
        raise CocoRefusedError("The run lengths of a mask do not fill its image.")
    boxes, at = [], 0
    for n, run in enumerate(runs):
        end = at + run
        while n % 2 and at < end:
            x, y = divmod(at, height)
            step = min(end - at, height - y)
            boxes.append((x, y, x + 1, y + step))
            at += step
        at = end
    return boxes


def _area(boxes: Iterable[tuple[int, int, int, int]], name: str) -> Iterator[Outline]:
    need_extra("imaging", "shapely")
    import shapely

    whole = shapely.union_all([shapely.box(*one) for one in boxes])
    for part in getattr(whole, "geoms", [whole]):
        rings: Iterable[Ring] = (_ring(r) for r in (part.exterior, *part.interiors))
        yield Outline(name, tuple(rings))


def _ring(ring: Any) -> Ring:
    return tuple((float(x), float(y)) for x, y in ring.coords)
