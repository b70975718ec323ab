"""Vega-Lite charts of a version: who is in it beside the world, and how cases came through."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

INK, WORLD, HERE = "#5b6b77", "#c5ced6", "#1f7a8c"


def axis_chart(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return bars of shares with their intervals, and the reference behind them where known.

    Rows: name, share, low, high, reference (shares 0-1; None where hidden or unknown).
    """
    data = alt.InlineData(values=[dict(row) for row in rows if row["share"] is not None])
    name = alt.Y("name:N", sort=None, title=None)
    share = alt.X("share:Q", title=None, axis=alt.Axis(format=".0%"))
    base = alt.Chart(data)
    world = base.mark_bar(color=WORLD, height=18).encode(y=name, x="reference:Q")
    bars = base.mark_bar(color=HERE, height=9).encode(
        y=name,
        x=share,
        tooltip=["name:N", alt.Tooltip("share:Q", format=".1%"), "patients:Q"],
    )
    spread = base.mark_rule(color=INK).encode(y=name, x="low:Q", x2="high:Q")
    layers = [world, bars, spread] if any(r.get("reference") for r in rows) else [bars, spread]
    chart = alt.layer(*layers).properties(width="container", height={"step": 28})
    return _plain(chart)


def flow_chart(boxes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one bar per step with what is left, and what was left out there by reason."""
    rows: list[dict[str, Any]] = []
    for box in boxes:
        rows.append({"step": box["name"], "part": "kept", "cases": box["cases"]})
        rows += [
            {"step": box["name"], "part": reason, "cases": count}
            for reason, count in box["excluded"].items()
        ]
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            y=alt.Y("step:N", sort=[str(box["name"]) for box in boxes], title=None),
            x=alt.X("cases:Q", title=None),
            color=alt.Color("part:N", title=None),
            tooltip=["step:N", "part:N", "cases:Q"],
        )
        .properties(width="container", height={"step": 32})
    )
    return _plain(chart)


def _plain(chart: Any) -> dict[str, Any]:
    found: dict[str, Any] = chart.to_dict(validate=False)
    # The page brings its own theme; altair's default size would fight it.
    found.pop("config", None)
    return found
