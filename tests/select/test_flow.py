"""Boxes always sum, whatever the cases; each excluded unit has one first reason."""

from hypothesis import given
from hypothesis import strategies as st

from renkei.select.flow import FlowCase, count_flow, flow_chart
from renkei.select.verdict import Outcome

CASES = st.lists(
    st.builds(
        FlowCase,
        patient=st.sampled_from("ABC"),
        study=st.sampled_from("abcdef"),
        series=st.uuids().map(str),
        outcome=st.sampled_from(Outcome),
        reasons=st.lists(st.sampled_from(["x", "y", "z"]), unique=True).map(tuple),
    ),
    max_size=30,
)


@given(cases=CASES)
def test_boxes_sum(cases: list[FlowCase]) -> None:
    for box in count_flow(cases):
        assert box.assessed == box.selected + box.review + box.excluded
        assert sum(box.first_reason.values()) == box.excluded
        assert sum(box.all_reasons.values()) >= box.excluded
    assert count_flow(cases)[2].assessed == len(cases)


@given(cases=CASES)
def test_the_order_of_cases_does_not_matter(cases: list[FlowCase]) -> None:
    assert count_flow(cases) == count_flow(cases[::-1])


def test_a_patient_with_one_good_series_is_selected() -> None:
    cases = [
        FlowCase("A", "a", "1", Outcome.EXCLUDE, ("geometry.tilt",)),
        FlowCase("A", "a", "2", Outcome.ACCEPT),
        FlowCase("B", "b", "3", Outcome.EXCLUDE, ("age_below_limit", "geometry.tilt")),
    ]
    patients, _, series = count_flow(cases)
    assert (patients.selected, patients.excluded) == (1, 1)
    assert patients.first_reason == {"age_below_limit": 1}
    assert series.all_reasons == {"age_below_limit": 1, "geometry.tilt": 2}


def test_the_chart_holds_every_count() -> None:
    boxes = count_flow([FlowCase("A", "a", "1", Outcome.EXCLUDE, ("x",))])
    rows = flow_chart(boxes)["data"]["values"]
    assert sum(row["count"] for row in rows if row["unit"] == "patients") == 1
