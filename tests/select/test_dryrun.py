"""A dry run sums, names what it cannot know, and shows where one hospital is worse."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.select.judged import case, cohort, recipe, rule, stratum

from renkei.plugins import NoSuchPluginError
from renkei.select.dryrun import dry_run

LIMITS = recipe(rule("ct_noise", exclude=14.0, review=12.0), rule("ct_metal", review=300.0))
CASES = st.lists(
    st.builds(
        case,
        st.uuids().map(str),
        noise=st.sampled_from([None, 5.0, 13.0, 50.0]),
        metal=st.sampled_from([0.0, 900.0]),
        patient=st.sampled_from("PQRS"),
        site=st.sampled_from("AB"),
        modality=st.sampled_from(["CT", "MR"]),
    ),
    max_size=8,
)


@settings(max_examples=30)
@given(cases=CASES)
def test_what_rules_take_in_order_adds_up_to_all(cases) -> None:
    run = dry_run(cases, LIMITS)
    *rules, together = run.rules
    assert sum(r.excluded_in_order for r in rules) == together.excluded_in_order
    assert together.excluded_alone == together.excluded_in_order
    assert sum(r.series_in_order for r in rules) == together.series_in_order
    assert together.series_in_order == run.flow[2].excluded
    for box in run.flow:
        assert box.assessed == box.selected + box.review + box.over_quota + box.excluded
    for row in run.rules:
        for axis in ("sex", "age_band", "site", "model"):
            assert sum(g.excluded.of for g in row.groups if g.axis == axis) == row.assessed


@settings(max_examples=30)
@given(cases=CASES)
def test_the_order_of_cases_does_not_matter(cases) -> None:
    assert dry_run(cases, LIMITS) == dry_run(cases[::-1], LIMITS)


def test_noise_put_into_one_hospital_only_shows_in_the_report() -> None:
    """One site is four times as noisy: against the pooled reference it shows, and is named."""
    rules = recipe(
        rule("ct_noise", exclude=30.0, z_pooled=3.5),
        rule("ct_metal", review=300.0),
        stratum("ct_noise", 2.3026, 0.2),
    )
    run = dry_run(cohort(noisy_site="B"), rules)
    assert {(w.rule, w.axis, w.value) for w in run.warnings} == {
        ("ct_noise", "site", "B"),
        ("all", "site", "B"),
    }
    assert {w.what for w in run.warnings} == {"excluded", "held"}
    sites = {b.value: b.difference for b in run.balance if b.axis == "site"}
    assert sites["B"] < -0.5 < 0.1 < sites["A"]
    assert dry_run(cohort(noisy_site=None), rules).warnings == ()


def test_a_site_that_is_its_own_stratum_hides_there_and_not_in_the_modality() -> None:
    """The stratum of the bad site is as bad as the site: only the pooled score sees it."""
    own = [
        stratum("ct_noise", 2.3026, 0.2, model="M0"),
        stratum("ct_noise", 3.6889, 0.2, model="BAD"),
        stratum("ct_noise", 2.3026, 0.2),
    ]
    cases = [
        case(f"{i}", noise=40.0 if i % 2 else 10.0, site="AB"[i % 2], model=["M0", "BAD"][i % 2])
        for i in range(60)
    ]
    hidden = dry_run(cases, recipe(rule("ct_noise", z=3.5), *own))
    assert hidden.warnings == ()
    assert hidden.flow[0].selected == 60
    seen = dry_run(cases, recipe(rule("ct_noise", z=3.5, z_pooled=3.5), *own))
    assert ("ct_noise", "site", "B", "held") in {
        (w.rule, w.axis, w.value, w.what) for w in seen.warnings
    }


def test_many_series_of_one_patient_are_one_patient() -> None:
    cases = [case(f"{i}", noise=99.0, patient="P", site="B") for i in range(200)]
    cases += [case(f"a{i}", site="A", patient=f"a{i}") for i in range(3)]
    run = dry_run(cases, LIMITS)
    noise = next(row for row in run.rules if row.rule == "ct_noise")
    assert (noise.excluded_alone, noise.series_alone, noise.assessed) == (1, 200, 4)
    assert run.warnings == ()


def test_a_metric_that_was_not_measured_is_named_and_asks_a_person() -> None:
    run = dry_run([case("a", noise=None), case("b")], LIMITS)
    assert run.not_measured == {"ct_noise": 1}
    assert run.states == {"a": "review", "b": "selected"}
    assert run.reasons["a"] == ("ct_noise.not_measured",)
    with pytest.raises(NoSuchPluginError):
        dry_run([], recipe(rule("no_such_metric", review=1.0)))


def test_a_quota_sets_aside_and_the_boxes_still_sum() -> None:
    run = dry_run(cohort(90), recipe('[[quota]]\nof = "site"\nat_most = 10\n'))
    box = run.flow[0]
    assert (box.selected, box.over_quota, box.excluded) == (30, 60, 0)
    assert {q.value: q.patients for q in run.quotas} == {"A": 10, "B": 10, "C": 10}


def test_a_second_look_is_drawn_by_name_and_near_its_share() -> None:
    cases = cohort(600)
    looked = {
        n
        for n, s in dry_run(cases, recipe(top="second_look = 0.1")).states.items()
        if s == "review"
    }
    assert 35 <= len(looked) <= 85
    again = dry_run(
        cases[::-1],
        recipe(top="second_look = 0.1", cohort='[inclusion]\nmodalities = ["CT"]\nleast_age = 1\n'),
    )
    assert {n for n, s in again.states.items() if s == "review"} == looked
    other = dry_run(cases, recipe(top="second_look = 0.1\nseed = 1"))
    assert {n for n, s in other.states.items() if s == "review"} != looked


def test_records_are_left_aside_and_counted() -> None:
    run = dry_run([case("a"), case("table.csv", modality="TABLE")], LIMITS)
    assert (run.records, run.flow[2].assessed) == (1, 1)
