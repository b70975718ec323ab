"""The cohort decides what is wanted: each fact is in, out or unknown, and unknown asks."""

import pytest
from tests.select.judged import recipe

from renkei.select.facts import CaseFacts, Finding
from renkei.select.inclusion import against_inclusion


def codes(cohort: str, **facts: object) -> list[tuple[str, str]]:
    rules = recipe(cohort='[inclusion]\nmodalities = ["CT"]\n' + cohort)
    return [(r.code, r.weight) for r in against_inclusion(rules, CaseFacts("CT", **facts))]


@pytest.mark.parametrize(
    ("cohort", "facts", "found"),
    [
        ("least_age = 18\nmost_age = 40", {"age": 40}, []),
        ("least_age = 18\nmost_age = 40", {"age": 41}, [("age_above_limit", "hard")]),
        ("most_age = 40", {}, [("age_unknown", "doubt")]),
        ('sex = ["F"]', {"sex": "F"}, []),
        ('sex = ["F"]', {"sex": "M"}, [("sex_not_wanted", "hard")]),
        ('sex = ["F"]', {}, [("sex_unknown", "doubt")]),
        ('body_parts = ["chest"]', {"body_part": "CHEST"}, []),
        ('body_parts = ["chest"]', {"body_part": "HEAD"}, [("body_part_not_wanted", "hard")]),
    ],
)
def test_each_fact_is_in_out_or_unknown(cohort: str, facts: dict, found: list) -> None:
    assert codes(cohort, **facts) == found


@pytest.mark.parametrize(
    ("polarity", "found"),
    [
        ("present", []),
        ("uncertain", [("finding_in_doubt", "doubt")]),
        ("absent", [("finding_missing", "hard")]),
        ("historic", [("finding_missing", "hard")]),
    ],
)
def test_a_wanted_finding_must_be_present(polarity: str, found: list) -> None:
    wanted = 'wanted = [{ scheme = "ICD-10", value = "C22" }, { scheme = "ICD-10", value = "K74" }]'
    assert codes(wanted) == [("finding_missing", "hard")]
    assert codes(wanted, findings=(Finding("ICD-10", "K74.6", polarity),)) == found


def test_the_same_finding_is_wanted_in_one_cohort_and_unwanted_in_another() -> None:
    facts = {"findings": (Finding("ICD-10", "J93.1"),)}
    code = '= [{ scheme = "ICD-10", value = "J93" }]'
    assert codes(f"wanted {code}", **facts) == []
    assert codes(f"unwanted {code}", **facts) == [("finding_unwanted", "hard")]
