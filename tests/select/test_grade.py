"""Grades follow the reasons: 4 overall exactly where a case is excluded, unknown where unseen."""

from hypothesis import given
from hypothesis import strategies as st

from renkei.select.grade import grades
from renkei.select.reasons import Reason
from renkei.select.verdict import outcome_of

ASPECTS = {"noise": "artefact", "cut": "coverage", "gap": "completeness"}
REASONS = st.lists(
    st.one_of(
        st.builds(
            Reason,
            code=st.sampled_from(["over_limit", "unusual", "not_applicable"]),
            weight=st.sampled_from(["hard", "soft", "doubt"]),
            metric=st.sampled_from(sorted(ASPECTS)),
        ),
        st.sampled_from([Reason("age_unknown", "doubt"), Reason("finding_unwanted", "hard")]),
    ),
    max_size=5,
)


def graded(reasons: list[Reason], *, answered: set[str] = frozenset()) -> dict[str, int | None]:
    return grades(
        reasons,
        outcome_of(reasons),
        aspects=ASPECTS,
        answered=frozenset(answered),
        records=False,
    )


@given(reasons=REASONS)
def test_overall_fails_exactly_where_the_case_is_excluded(reasons: list[Reason]) -> None:
    found = graded(reasons)
    assert (found["overall"] == 4) == (outcome_of(reasons) == "exclude")
    assert all(grade is None or grade <= found["overall"] for grade in found.values())


def test_each_weight_is_a_grade_of_its_aspect() -> None:
    for weight, grade in (("doubt", 2), ("soft", 3), ("hard", 4)):
        found = graded([Reason("x", weight, "cut")], answered={"cut", "noise"})
        assert (found["coverage"], found["artefact"], found["overall"]) == (grade, 1, grade)


def test_what_nothing_was_measured_of_has_no_grade() -> None:
    found = graded([], answered={"noise"})
    assert found == {
        "artefact": 1,
        "coverage": None,
        "completeness": None,
        "content": None,
        "finding": None,
        "overall": 1,
    }


def test_two_soft_reasons_of_different_aspects_fail_overall_alone() -> None:
    found = graded([Reason("unusual", "soft", "noise"), Reason("near_limit", "soft", "cut")])
    assert (found["artefact"], found["coverage"], found["overall"]) == (3, 3, 4)


def test_a_draw_for_a_second_look_is_no_fault() -> None:
    assert graded([Reason("second_look", "doubt")])["overall"] == 1
