"""Hard excludes, two soft exclude, one soft or a doubt asks a person, and nothing is dropped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.select.metric import Measured, Metric
from renkei.select.recipe import CaseFacts, Finding, Recipe, Rule, Stratum
from renkei.select.verdict import Outcome, decide

NOISE = Metric("noise", "HU", frozenset({"CT"}), "high", lambda _: Measured(1.0), scale="log")
TISSUE = Metric("tissue", "%", frozenset({"CT"}), "low", lambda _: Measured(1.0))
CT = CaseFacts("CT", kernel="SOFT", age=40)


def recipe(*rules: Rule, **more: object) -> Recipe:
    return Recipe("r", "1", "0" * 64, "", ("CT",), rules=rules, **more)


def outcome(rules: list[Rule], *measured: tuple[Metric, Measured]) -> tuple[Outcome, list[str]]:
    found = decide(recipe(*rules), CT, measured)
    return found.outcome, [reason.key for reason in found.reasons]


def test_within_all_limits_is_accepted() -> None:
    assert outcome([Rule("noise", exclude=50)], (NOISE, Measured(20.0))) == ("accept", [])


def test_a_hard_limit_excludes_in_the_worse_direction_only() -> None:
    rule = [Rule("tissue", exclude=5)]
    assert outcome(rule, (TISSUE, Measured(2.0))) == ("exclude", ["tissue.over_limit"])
    assert outcome(rule, (TISSUE, Measured(90.0))) == ("accept", [])


def test_one_soft_reason_asks_a_person_and_two_exclude() -> None:
    rules = [Rule("noise", review=10), Rule("tissue", review=50)]
    assert outcome(rules, (NOISE, Measured(11.0)), (TISSUE, Measured(60.0)))[0] == "review"
    assert outcome(rules, (NOISE, Measured(11.0)), (TISSUE, Measured(40.0)))[0] == "exclude"


def test_a_required_metric_that_does_not_apply_asks_a_person() -> None:
    found = outcome([Rule("noise", required=True)], (NOISE, Measured(None, reason="no_volume")))
    assert found == ("review", ["noise.not_applicable"])
    assert outcome([Rule("noise")], (NOISE, Measured(None, reason="no_volume")))[0] == "accept"


@pytest.mark.parametrize(("patients", "answer"), [(19, "review"), (20, "accept")])
def test_a_stratum_too_small_gives_no_decision(patients: int, answer: str) -> None:
    stratum = Stratum(
        "noise", {"modality": "CT", "kernel": "SOFT"}, float(np.log(10)), 0.2, patients
    )
    found = decide(recipe(Rule("noise", z=3.5), strata=(stratum,)), CT, [(NOISE, Measured(10.0))])
    assert found.outcome == answer
    assert (found.metrics[0].z is None) == (patients < 20)
    assert found.metrics[0].stratum_median == pytest.approx(10)


def test_z_is_robust_and_on_the_log_scale() -> None:
    stratum = Stratum("noise", {"modality": "CT", "kernel": "SOFT"}, float(np.log(10)), 0.2, 30)
    held = decide(recipe(Rule("noise", z=3.5), strata=(stratum,)), CT, [(NOISE, Measured(20.0))])
    assert held.metrics[0].z == pytest.approx(np.log(2) / 0.2, abs=1e-3)


def test_unknown_age_asks_and_a_child_is_left_out() -> None:
    rules = recipe(least_age=18)
    assert decide(rules, CaseFacts("CT"), []).reasons[0].key == "age_unknown"
    assert decide(rules, CaseFacts("CT", age=17), []).outcome == "exclude"


@pytest.mark.parametrize(
    ("polarity", "answer"),
    [("present", "exclude"), ("uncertain", "review"), ("absent", "accept"), ("historic", "accept")],
)
def test_an_unwanted_finding_counts_by_its_polarity(polarity: str, answer: str) -> None:
    unwanted = (Finding("ICD-10", "J93"),)
    facts = CaseFacts("CT", age=40, findings=(Finding("ICD-10", "J93.1", polarity),))
    assert decide(recipe(unwanted=unwanted), facts, []).outcome == answer


def test_what_cannot_be_opened_is_excluded_even_without_a_metric() -> None:
    found = decide(recipe(), CT, [], unread=("undecodable",))
    assert (found.outcome, found.reasons[0].key) == ("exclude", "undecodable")


@given(value=st.floats(0.1, 200), limit=st.floats(1, 100))
def test_nearest_is_the_distance_to_the_limit(value: float, limit: float) -> None:
    found = decide(recipe(Rule("noise", exclude=limit)), CT, [(NOISE, Measured(value))])
    assert found.nearest == pytest.approx(abs(value - limit) / limit, abs=1e-4)
    assert (found.outcome == "exclude") == (value > limit)


def test_the_score_in_the_modality_stands_beside_the_one_in_the_stratum() -> None:
    """A stratum as bad as its case hides it; the pooled reference does not, nor is it a stratum."""
    own = Stratum("noise", {"modality": "CT", "kernel": "SOFT"}, float(np.log(40)), 0.2, 30)
    pooled = Stratum("noise", {"modality": "CT"}, float(np.log(10)), 0.2, 90)
    case = (NOISE, Measured(40.0))
    found = decide(recipe(Rule("noise", z=3.5, z_pooled=3.5), strata=(own, pooled)), CT, [case])
    assert (found.metrics[0].z, found.metrics[0].pooled_patients) == (0.0, 90)
    assert found.metrics[0].z_pooled == pytest.approx(np.log(4) / 0.2, abs=1e-3)
    assert [reason.key for reason in found.reasons] == ["noise.unusual_in_modality"]
    alone = decide(recipe(Rule("noise", z=3.5), strata=(pooled,)), CT, [case])
    assert [reason.key for reason in alone.reasons] == ["noise.stratum_too_small"]
