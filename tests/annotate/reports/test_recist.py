"""RECIST 1.1 as Eisenhauer et al. (2009) word it, rule by rule."""

import pytest

from renkei.annotate.reports.recist import (
    RecistRefusedError,
    Response,
    Target,
    Visit,
    assess,
    check_targets,
    choose_targets,
)

A = Target("a", "liver", 30.0, 20.0)
B = Target("b", "lung", 20.0, 15.0)
NODE = Target("n", "node", 30.0, 18.0, node=True)


def overall(*visits: Visit, targets: tuple[Target, ...] = (A, B)) -> list[str]:
    return [one.overall.value for one in assess(targets, visits)]


def sizes(a: float | None, b: float | None) -> Visit:
    return Visit({"a": a, "b": b})


def test_two_in_an_organ_five_in_all_the_largest_first_and_small_ones_never() -> None:
    many = [Target(f"l{n}", "liver", 10.0 + n, 8.0) for n in range(4)]
    many += [Target(f"o{n}", f"organ{n}", 40.0, 30.0) for n in range(4)]
    many += [Target("small", "brain", 9.9, 9.0), Target("node", "node", 40.0, 14.9, node=True)]
    chosen = [one.name for one in choose_targets(many)]
    assert chosen == ["o0", "o1", "o2", "o3", "l3"]
    assert [t.name for t in choose_targets(many[:4])] == ["l3", "l2"]
    with pytest.raises(RecistRefusedError):
        check_targets(many[:3])
    with pytest.raises(RecistRefusedError):
        check_targets([many[-1]])


def test_partial_response_is_thirty_percent_below_baseline() -> None:
    assert overall(sizes(20.0, 15.0)) == ["PR"]
    assert overall(sizes(20.1, 15.0)) == ["SD"]


def test_progression_is_twenty_percent_and_five_millimetres_above_the_nadir() -> None:
    # From a nadir of 35: 42 is 20 % and 7 mm.
    assert overall(sizes(20.0, 15.0), sizes(27.0, 15.0)) == ["PR", "PD"]
    assert overall(sizes(20.0, 15.0), sizes(26.9, 15.0)) == ["PR", "SD"]
    # From 20 mm, 24 mm is 20 % but 4 mm only.
    assert overall(sizes(10.0, 10.0), sizes(12.0, 12.0)) == ["PR", "PR"]
    assert overall(sizes(10.0, 10.0), sizes(12.5, 12.5)) == ["PR", "PD"]


def test_the_nadir_may_be_the_baseline() -> None:
    (only,) = assess((A, B), [sizes(36.0, 24.0)])
    assert (only.nadir_mm, only.from_nadir, only.overall) == (50.0, 20.0, Response.PROGRESSIVE)


def test_complete_response_needs_all_gone_and_nodes_below_ten() -> None:
    assert overall(sizes(0.0, 0.0)) == ["CR"]
    assert overall(Visit({"a": 0.0, "n": 9.9}), targets=(A, NODE)) == ["CR"]
    assert overall(Visit({"a": 0.0, "n": 10.0}), targets=(A, NODE)) == ["PR"]


def test_a_node_counts_by_its_short_axis() -> None:
    (only,) = assess((NODE,), [Visit({"n": 12.0})])
    assert (only.baseline_mm, only.overall) == (18.0, Response.PARTIAL)


def test_a_new_lesion_is_progression_whatever_the_targets_do() -> None:
    assert overall(Visit({"a": 0.0, "b": 0.0}, new=True)) == ["PD"]


@pytest.mark.parametrize(
    ("a", "others", "expected"),
    [
        (0.0, Response.COMPLETE, "CR"),
        (0.0, Response.NON, "PR"),
        (0.0, Response.NOT_EVALUABLE, "PR"),
        (10.0, Response.NON, "PR"),
        (30.0, Response.NON, "SD"),
        (30.0, Response.PROGRESSIVE, "PD"),
        (None, Response.NON, "NE"),
    ],
)
def test_the_table_of_overall_response(a: float | None, others: Response, expected: str) -> None:
    assert overall(Visit({"a": a}, others=others), targets=(A,)) == [expected]


def test_without_targets_the_others_decide() -> None:
    assert overall(Visit({}, others=Response.NON), targets=()) == ["non_CR_non_PD"]
    assert overall(Visit({}, others=Response.COMPLETE), targets=()) == ["CR"]


def test_what_was_not_measured_is_not_evaluable_unless_the_rest_has_grown() -> None:
    assert overall(sizes(30.0, None)) == ["NE"]
    assert overall(sizes(60.0, None)) == ["PD"]
    with pytest.raises(RecistRefusedError):
        overall(Visit({"a": 1.0}))
