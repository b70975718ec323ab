from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.publish.split import BadSharesError, Member, TwoSidesError, split_patients

KEY = bytes(range(32))
members = st.lists(
    st.builds(
        Member,
        patient=st.integers(0, 400).map(lambda n: f"p{n:03}"),
        site=st.sampled_from("ABC"),
        label=st.sampled_from(["none", "lesion", "rare"]),
    ),
    unique_by=lambda m: m.patient,
    max_size=80,
)


@given(members, st.randoms(use_true_random=False))
def test_every_patient_has_one_side_whatever_the_order(found: list[Member], random) -> None:
    shuffled = random.sample(found, len(found))
    split = split_patients(found, key=KEY)
    assert split.sides.keys() == {m.patient for m in found}
    assert split_patients(shuffled, key=KEY) == split


@given(members, st.data())
def test_linked_patients_stand_on_one_side(found: list[Member], data) -> None:
    names = [m.patient for m in found] or ["none"]
    links = data.draw(
        st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=20)
    )
    sides = split_patients(found, key=KEY, links=links).sides
    assert all(sides[a] == sides[b] for a, b in links if a in sides)


@given(members, members)
def test_who_has_a_side_keeps_it_when_the_set_grows(old: list[Member], more: list[Member]) -> None:
    before = split_patients(old, key=KEY).sides
    grown = {m.patient: m for m in [*more, *old]}.values()
    after = split_patients(grown, key=KEY, keep=before).sides
    assert {p: after[p] for p in before} == before


def test_shares_hold_in_every_site_and_label() -> None:
    found = [Member(f"p{n}", f"s{n % 17}", "case" if n % 5 else "control") for n in range(1101)]
    sides = split_patients(found, key=KEY).sides
    for site in {m.site for m in found}:
        for label in ("case", "control"):
            here = Counter(sides[m.patient] for m in found if (m.site, m.label) == (site, label))
            n = sum(here.values())
            for side, share in (("train", 0.7), ("validation", 0.15), ("test", 0.15)):
                assert abs(here[side] - share * n) <= 2
    total = Counter(sides.values())
    assert abs(total["test"] / 1101 - 0.15) < 0.01
    assert abs(total["train"] / 1101 - 0.7) < 0.01


def test_a_stratum_of_two_goes_to_train_and_is_told() -> None:
    found = [Member(f"p{n}", "A", "common") for n in range(20)]
    split = split_patients([*found, Member("x", "A", "rare"), Member("y", "A", "rare")], key=KEY)
    assert split.sides["x"] == split.sides["y"] == "train"
    assert "stratum_too_small:all_to_train" in split.notes


def test_another_key_gives_another_split() -> None:
    found = [Member(f"p{n}", "A", "x") for n in range(100)]
    assert split_patients(found, key=KEY).sides != split_patients(found, key=b"0" * 32).sides


def test_a_whole_site_is_held_out_for_test_when_there_are_three() -> None:
    found = [Member(f"p{n}", site, "x") for n, site in enumerate("A" * 40 + "B" * 40 + "C" * 12)]
    sides = split_patients(found, key=KEY, hold_out_site=True).sides
    assert {sides[m.patient] for m in found if m.site == "C"} == {"test"}


def test_two_linked_patients_on_two_sides_are_refused() -> None:
    found = [Member("a", "A", "x"), Member("b", "A", "x")]
    with pytest.raises(TwoSidesError):
        split_patients(found, key=KEY, links=[("a", "b")], keep={"a": "train", "b": "test"})


def test_shares_that_do_not_sum_to_one_are_refused() -> None:
    with pytest.raises(BadSharesError):
        split_patients([], key=KEY, shares={"train": 0.7, "validation": 0.1, "test": 0.1})
