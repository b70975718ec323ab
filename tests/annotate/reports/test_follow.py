"""Lesions of two examinations: proposed pairs, what a person says, and what changed."""

import random
from dataclasses import replace
from typing import Any

import pytest
from tests.annotate.reports.made import WORDS, made_facts, without_prior

from renkei.annotate.facts import Facts
from renkei.annotate.reports.check import check_report
from renkei.annotate.reports.draft import draft
from renkei.annotate.reports.follow import NotAPriorError, change_of, compare_with_prior


def place(organ: str) -> dict[str, Any]:
    """Return where a lesion of an organ lies."""
    term = WORDS.term(organ)
    return {"organ": organ, "organ_ja": term.ja, "organ_en": term.en, "side": term.side}


def facts(date: str, *lesions: tuple[str, float]) -> Facts:
    """Return facts with lesions in an organ of a long diameter."""
    made = next(f for f in (made_facts(random.Random(n)) for n in range(50)) if f.lesions)
    one = replace(without_prior(made).lesions[0], certainty=5)
    found = tuple(
        replace(one, number=n, long_mm=long, short_mm=long * 0.8, **place(organ))
        for n, (organ, long) in enumerate(lesions, start=1)
    )
    return replace(without_prior(made), date=date, lesions=found, absent=())


def test_pairs_lie_in_the_same_organ_and_are_nearest_in_size() -> None:
    before = facts("2024-01-01", ("liver", 30.0), ("liver", 12.0), ("spleen", 20.0))
    now = facts("2024-06-01", ("liver", 13.0), ("liver", 40.0), ("liver", 5.0))
    found = compare_with_prior(now, before)
    assert [(one.change, one.prior_mm) for one in found.lesions] == [
        ("unchanged", 12.0),
        ("enlarged", 30.0),
        ("new", None),
    ]
    assert found.prior is not None
    assert (found.prior.date, found.prior.resolved) == ("2024-01-01", ("lesion",))
    for language in ("ja", "en"):
        assert check_report(draft(found, language), found, language) == ()


def test_a_person_says_which_lesion_is_which() -> None:
    before = facts("2024-01-01", ("liver", 30.0), ("liver", 12.0))
    now = facts("2024-06-01", ("liver", 13.0))
    found = compare_with_prior(now, before, links={"lesion/1": "lesion/1"})
    assert (found.lesions[0].change, found.lesions[0].prior_mm) == ("smaller", 30.0)
    found = compare_with_prior(now, before, links={"lesion/1": None})
    assert found.lesions[0].change == "new"
    with pytest.raises(NotAPriorError):
        compare_with_prior(now, before, links={"lesion/1": "lesion/9"})


def test_a_prior_comes_before() -> None:
    with pytest.raises(NotAPriorError):
        compare_with_prior(facts("2024-01-01"), facts("2024-01-01"))


def test_small_differences_are_no_change() -> None:
    assert change_of(11.9, 10.0) == "unchanged"
    assert change_of(12.0, 10.0) == "enlarged"
    assert change_of(91.0, 100.0) == "unchanged"
    assert change_of(90.0, 100.0) == "smaller"
