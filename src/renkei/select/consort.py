"""The flow as a CONSORT diagram: a Vega-Lite specification whose boxes sum.

Source: Moher et al. 2010, BMJ 340: c869 (CONSORT 2010 flow diagram).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from renkei.select.flow import Box

LEFT, RIGHT, WIDTH, LINE, GAP = 130, 430, 230, 16, 34


@dataclass(frozen=True, slots=True)
class Step:
    """One box of the diagram: `out` holds who leaves before it, by code, and why.

    n of a step = n of the step before - the sum of `out`.
    """

    name: str
    n: int
    out: Mapping[str, int]


def steps(box: Box) -> list[Step]:
    """Return the boxes from assessed to selected; each is the one before less who left."""
    judged = box.assessed - box.excluded
    accepted = judged - box.review
    return [
        Step("assessed", box.assessed, {}),
        Step("not_excluded", judged, box.first_reason),
        Step("accepted", accepted, {"review": box.review}),
        Step("selected", box.selected, {"over_quota": box.over_quota}),
    ]


def consort_chart(box: Box) -> dict[str, Any]:
    """Return the diagram of one unit as Vega-Lite; a row of data is a line of text in a box."""
    rows: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    arrows: list[dict[str, Any]] = []
    y = 0
    for step in steps(box):
        if step.out:
            lines = [{"key": key, "n": n} for key, n in step.out.items()]
            height = LINE * max(len(lines), 1) + LINE // 2
            boxes.append(_box(RIGHT, y, height))
            rows += [_text(line, RIGHT, y, i) for i, line in enumerate(lines)]
            middle = y + height / 2
            arrows.append({"x": LEFT, "y": middle, "x2": RIGHT - WIDTH / 2, "y2": middle})
            arrows.append({"x": LEFT, "y": y - GAP / 2, "x2": LEFT, "y2": y + height + GAP / 2})
            y += height + GAP // 2
        height = LINE + LINE // 2
        boxes.append(_box(LEFT, y, height))
        rows.append(_text({"key": step.name, "n": step.n}, LEFT, y, 0))
        y += height + GAP // 2
    return _layers(boxes, rows, arrows, height=y)


def as_data(box: Box) -> list[dict[str, Any]]:
    """Return the boxes of the diagram as plain values."""
    return [asdict(step) for step in steps(box)]


def _box(x: int, y: float, height: float) -> dict[str, Any]:
    return {"x": x - WIDTH / 2, "x2": x + WIDTH / 2, "y": y, "y2": y + height}


def _text(line: Mapping[str, Any], x: int, y: float, i: int) -> dict[str, Any]:
    return {**line, "x": x, "y": y + LINE * i + LINE * 0.75}


def _layers(
    boxes: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    arrows: Sequence[Mapping[str, Any]],
    *,
    height: float,
) -> dict[str, Any]:
    width = RIGHT + WIDTH / 2
    x = {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, width]}}
    down = {"domain": [0, height], "reverse": True}
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": down}
    ends = {"x": x, "y": y, "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    said = "datum.key + ': ' + datum.n"
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": height,
        "config": {"view": {"stroke": None}},
        "layer": [
            {"data": {"values": list(arrows)}, "mark": "rule", "encoding": ends},
            {
                "data": {"values": list(boxes)},
                "mark": {"type": "rect", "fill": "transparent", "stroke": "currentColor"},
                "encoding": ends,
            },
            {
                "data": {"values": list(rows)},
                "transform": [{"calculate": said, "as": "said"}],
                "mark": {"type": "text", "baseline": "middle"},
                "encoding": {"x": x, "y": y, "text": {"field": "said", "type": "nominal"}},
            },
        ],
    }
