from dataclasses import replace

import pytest

from renkei.publish.audit import LeakFoundError, audit_cases, cramers_v
from renkei.publish.cases import Case


def clean() -> list[Case]:
    sides = ["train"] * 20 + ["validation"] * 10 + ["test"] * 10
    return [
        Case(
            name=f"case-{(n * 7919) % 1000:03}",
            subject=f"sub-{n}",
            image=f"{n}.nii.gz",
            image_sha256=f"{n:064x}",
            split=side,
            sources=frozenset({f"source-{n}"}),
            facts={"label_classes": ["liver"] if n % 2 else ["liver", "lesion"], "maker": "M"},
        )
        for n, side in enumerate(sides)
    ]


def refused(cases: list[Case], **facts) -> set[str]:
    return {check.name for check in audit_cases(cases, **facts).refused}


def test_a_clean_split_passes_and_every_check_says_how_much_it_compared() -> None:
    audit = audit_cases(clean())
    audit.require_clean()
    assert {check.compared for check in audit.checks} == {40}


def test_one_patient_on_two_sides_is_refused() -> None:
    cases = clean()
    cases[-1] = replace(cases[-1], subject=cases[0].subject)
    with pytest.raises(LeakFoundError, match="identity"):
        audit_cases(cases).require_clean()


def test_a_planted_copy_of_an_image_under_another_patient_is_refused() -> None:
    cases = clean()
    cases[-1] = replace(cases[-1], image_sha256=cases[0].image_sha256)
    assert "exact" in refused(cases)


def test_one_shared_sop_instance_or_pixel_hash_is_refused() -> None:
    cases = clean()
    marks = {cases[0].name: frozenset({"pixels"}), cases[-1].name: frozenset({"pixels", "x"})}
    assert "exact" in refused(cases, fingerprints=marks)


def test_a_copy_on_the_same_side_under_another_patient_is_refused_too() -> None:
    cases = clean()
    cases[1] = replace(cases[1], image_sha256=cases[0].image_sha256)
    assert refused(cases) == {"same_image_two_patients"}


def test_two_cases_of_one_patient_on_one_side_may_share_a_slice() -> None:
    cases = clean()
    cases[1] = replace(cases[1], subject=cases[0].subject)
    marks = {cases[0].name: frozenset({"pixels"}), cases[1].name: frozenset({"pixels"})}
    assert refused(cases, fingerprints=marks) == set()


def test_a_child_on_another_side_than_its_parent_is_refused() -> None:
    cases = clean()
    family = {cases[-1].name: frozenset({cases[0].image_sha256})}
    found = next(c for c in audit_cases(cases, parents=family).checks if c.name == "derived")
    assert set(found.findings) == {cases[0].name, cases[-1].name}


def test_a_shared_source_on_two_sides_is_refused() -> None:
    cases = clean()
    cases[-1] = replace(cases[-1], sources=cases[0].sources)
    assert "derived" in refused(cases)


def test_a_label_that_follows_from_the_order_is_refused() -> None:
    cases = sorted(clean(), key=lambda c: c.stratum_label)
    assert "label_from_order" in refused(cases, order=[c.name for c in cases])


def test_a_split_that_follows_from_the_order_is_refused() -> None:
    cases = clean()
    assert "split_from_order" in refused(cases, order=[c.name for c in cases])


def test_a_scanner_that_gives_the_label_away_is_told_and_not_refused() -> None:
    cases = [replace(c, facts=c.facts | {"maker": c.stratum_label}) for c in clean()]
    found = next(c for c in audit_cases(cases).checks if c.name == "label_from_maker")
    assert found.findings
    assert not found.refuses


def test_cramers_v_is_near_one_for_equal_and_near_zero_for_crossed_groupings() -> None:
    same = [(n % 3, n % 3) for n in range(90)]
    crossed = [(a, b) for a in range(3) for b in range(3) for _ in range(10)]
    assert cramers_v(same) == pytest.approx(1, abs=0.02)
    assert cramers_v(crossed) == 0
    assert cramers_v([(1, n) for n in range(5)]) is None
