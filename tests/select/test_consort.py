"""Each box of the diagram is the one before it less who left; the chart says the same numbers."""

from hypothesis import given
from tests.select.test_flow import CASES

from renkei.select.consort import consort_chart, steps
from renkei.select.flow import FlowCase, count_flow
from renkei.select.reasons import Outcome


@given(cases=CASES)
def test_boxes_sum_down_the_diagram(cases: list[FlowCase]) -> None:
    for box in count_flow(cases):
        first, *rest = steps(box)
        assert first.n == box.assessed
        before = first
        for step in rest:
            assert step.n == before.n - sum(step.out.values())
            before = step
        assert before.n == box.selected


def test_the_chart_shows_every_box_and_reason() -> None:
    cases = [
        FlowCase("A", "a", "1", Outcome.EXCLUDE, ("geometry.tilt",)),
        FlowCase("B", "b", "2", Outcome.ACCEPT),
        FlowCase("C", "c", "3", Outcome.ACCEPT, over_quota=True),
    ]
    chart = consort_chart(count_flow(cases)[0])
    said = {row["key"]: row["n"] for row in chart["layer"][2]["data"]["values"]}
    assert said == {
        "assessed": 3,
        "geometry.tilt": 1,
        "not_excluded": 2,
        "review": 0,
        "accepted": 2,
        "over_quota": 1,
        "selected": 1,
    }
    boxes = chart["layer"][1]["data"]["values"]
    assert all(0 <= box["y"] < box["y2"] <= chart["height"] for box in boxes)
