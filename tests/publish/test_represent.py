import pytest

from renkei.publish.cases import Case
from renkei.publish.represent import (
    WORLD,
    describe_axis,
    effective_patients_of_images,
    hide_small,
    represent_cases,
)
from renkei.subjects.counting import wilson

# Patients of four public chest X-ray sets: NIH 30,805 and CheXpert 64,540 (US), PadChest 67,625
# (Spain), VinBigData 15,000 (Viet Nam).
CHEST = {"Americas": 95_345, "Europe": 67_625, "Asia": 15_000}


def test_the_published_figures_of_four_chest_sets_are_reproduced() -> None:
    axis = describe_axis("continent", CHEST, WORLD)
    by_name = {g.name: g for g in axis.groups}
    assert axis.patients == 177_970
    assert axis.distance == pytest.approx(0.70, abs=0.005)
    assert axis.divergence_bits == pytest.approx(0.41, abs=0.005)
    assert axis.coverage == pytest.approx(0.81, abs=0.005)
    assert axis.effective_patients == pytest.approx(27_957, rel=0.005)
    assert axis.representative_subsample == pytest.approx(20_609, rel=0.005)
    assert by_name["Asia"].ratio == pytest.approx(0.143, abs=0.001)
    assert (by_name["Asia"].ratio_low, by_name["Asia"].ratio_high) == pytest.approx(
        (0.141, 0.146), abs=0.001
    )
    assert by_name["Americas"].ratio == pytest.approx(4.17, abs=0.02)
    assert by_name["Europe"].ratio == pytest.approx(4.16, abs=0.02)
    assert by_name["Africa"].patients == 0
    assert by_name["Africa"].flag == "under"


def test_collecting_what_is_asked_for_reaches_the_wanted_ratio() -> None:
    asia = next(g for g in describe_axis("continent", CHEST, WORLD).groups if g.name == "Asia")
    after = (asia.patients + asia.collect_next) / (177_970 + asia.collect_next)
    assert after / WORLD["Asia"] == pytest.approx(0.8, abs=1e-4)


def test_made_and_synthetic_cases_are_never_counted() -> None:
    facts = {"country": "JP", "sex": "F"}
    cases = [
        Case("a", "s1", "a", "1", facts=facts),
        Case("b", "s1", "b", "2", facts=facts),
        Case("c", "s2", "c", "3", facts=facts | {"made": True}),
        Case("d", "s3", "d", "4", facts=facts | {"synthetic": True}),
    ]
    found = represent_cases(cases)
    assert (found.patients, found.not_counted) == (1, 2)
    assert all(axis.patients == 1 for axis in found.axes)


def test_what_is_not_recorded_is_a_group_of_its_own() -> None:
    found = represent_cases([Case("a", "s1", "a", "1")], axes=("sex", "continent"))
    assert [g.name for g in found.axes[0].groups] == ["unknown"]
    assert found.axes[1].groups[0].name == "unknown"


def test_wilson_matches_the_published_interval() -> None:
    assert wilson(15_000, 177_970) == pytest.approx((0.08300, 0.08559), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_images_of_one_patient_are_not_independent() -> None:
    assert effective_patients_of_images([1] * 50, 0.5) == 50
    assert effective_patients_of_images([10] * 50, 1.0) == pytest.approx(50)


def test_a_hidden_cell_cannot_be_computed_from_the_total() -> None:
    rows = hide_small(describe_axis("sex", {"F": 40, "M": 33, "unknown": 3}))
    assert {r["name"]: r["patients"] for r in rows} == {"F": 40, "M": None, "unknown": None}
