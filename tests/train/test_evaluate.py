import numpy as np
import pytest

from renkei.train.evaluate import CaseScore, evaluate_cases, permutation_p
from renkei.train.metrics import Score


def case(n: int, dice: float | None, subject: str | None = None, **facts) -> CaseScore:
    state = "neither" if dice is None else "both"
    score = Score(state, dice, dice, 1.0 if dice else None, 100.0 + n, 100.0)
    return CaseScore(f"c{n:03}", subject or f"s{n:03}", {"liver": score}, facts)


def scanners(n: int, gap: float, seed: int = 0) -> list[CaseScore]:
    random = np.random.default_rng(seed)
    return [
        case(
            k, float(random.normal(0.85 - (gap if k % 2 else 0), 0.04)), maker="AB"[k % 2], site="X"
        )
        for k in range(2 * n)
    ]


def axis(found, name):
    return next(a for a in found.axes if a.axis == name)


def test_the_patient_is_the_unit_not_the_scan() -> None:
    scans = [case(n, 0.2, "one") for n in range(9)] + [case(9, 0.8, "two")]
    overall = evaluate_cases(scans, "liver").overall
    assert overall.patients == 2
    assert overall.mean == pytest.approx(0.5)


def test_the_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        cases = [case(n, float(random.normal(0.7, 0.1))) for n in range(40)]
        overall = evaluate_cases(cases, "liver", draws=300).overall
        hits += overall.low <= 0.7 <= overall.high
    assert 0.88 <= hits / 200 <= 0.99


def test_a_planted_gap_is_found_with_a_hundred_patients_a_group() -> None:
    found = axis(evaluate_cases(scanners(100, 0.03), "liver"), "maker")
    assert found.p < 0.05
    assert found.gap == pytest.approx(0.03, abs=0.012)


def test_the_same_gap_is_not_claimed_with_ten_and_the_report_says_what_could_be_shown() -> None:
    found = axis(evaluate_cases(scanners(10, 0.015), "liver"), "maker")
    assert found.p > 0.05
    assert found.smallest_gap == pytest.approx(0.05, abs=0.02)


def test_groups_under_ten_are_shown_and_not_tested() -> None:
    found = axis(evaluate_cases(scanners(9, 0.2), "liver"), "maker")
    assert {g.figure.patients for g in found.groups} == {9}
    assert found.p is None
    assert found.gap is None


def test_an_axis_with_too_much_unknown_is_not_assessed() -> None:
    cases = [case(n, 0.8, sex="F" if n % 2 else None) for n in range(40)]
    assert not axis(evaluate_cases(cases, "liver"), "sex").assessed


def test_p_is_uniform_when_there_is_no_gap() -> None:
    random = np.random.default_rng(2)
    found = [
        permutation_p([random.normal(size=12), random.normal(size=12)], random, 199)
        for _ in range(300)
    ]
    assert np.mean(np.asarray(found) <= 0.1) == pytest.approx(0.1, abs=0.05)
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)


def test_cases_that_are_empty_in_both_are_counted_apart() -> None:
    found = evaluate_cases([case(1, None), case(2, 0.9)], "liver")
    assert found.overall.patients == 1
    assert found.empty["neither"] == 1


def test_the_same_scores_give_the_same_report_in_any_order() -> None:
    cases = scanners(12, 0.05)
    assert evaluate_cases(cases, "liver") == evaluate_cases(cases[::-1], "liver")
