"""Who is over quota is drawn by seed, whatever the order of arrival; limits hold afterwards."""

from hypothesis import given, settings
from hypothesis import strategies as st

from renkei.select.quota import draw
from renkei.select.schema import Quota

PEOPLE = st.dictionaries(
    st.integers(0, 999).map(str),
    st.fixed_dictionaries(
        {
            "sex": st.sampled_from("FM"),
            "age_band": st.sampled_from(["18-39", "40-64"]),
            "site": st.sampled_from("ABC"),
            "model": st.just("M"),
        }
    ),
    max_size=40,
)


def people(**sizes: int) -> dict[str, dict[str, str]]:
    group = {"sex": "F", "age_band": "18-39", "model": "M"}
    return {f"{site}{i}": {**group, "site": site} for site, n in sizes.items() for i in range(n)}


@settings(max_examples=40)
@given(patients=PEOPLE, most=st.integers(0, 10), seed=st.integers(0, 5))
def test_a_count_holds_and_nobody_is_set_aside_for_nothing(patients, most, seed) -> None:
    aside, states = draw(patients, [Quota("site", at_most=most)], seed=seed)
    for site in "ABC":
        there = [n for n, groups in patients.items() if groups["site"] == site]
        assert len([n for n in there if n not in aside]) == min(most, len(there))
    assert all(state.met for state in states)


@settings(max_examples=40)
@given(patients=PEOPLE, seed=st.integers(0, 5), shuffle=st.randoms())
def test_the_order_of_arrival_does_not_matter(patients, seed, shuffle) -> None:
    quotas = [Quota("site", at_most=4), Quota("sex", value="F", at_most_share=0.5)]
    items = list(patients.items())
    shuffle.shuffle(items)
    assert draw(dict(items), quotas, seed=seed) == draw(patients, quotas, seed=seed)


@given(patients=PEOPLE)
def test_a_share_of_each_holds_where_it_can(patients) -> None:
    aside, states = draw(patients, [Quota("site", at_most_share=0.4)], seed=0)
    sites = {groups["site"] for groups in patients.values()}
    if len(sites) < 3:  # 2 x 0.4 < 1: no choice of patients could meet it
        assert aside == frozenset()
        assert not patients or not all(state.met for state in states)
    else:
        assert all(state.met for state in states)


def test_a_share_sets_aside_no_more_than_it_must() -> None:
    aside, _ = draw(people(A=80, B=20), [Quota("site", value="A", at_most_share=0.5)], seed=0)
    assert len(aside) == 60
    assert {name[0] for name in aside} == {"A"}


def test_another_seed_draws_others_and_at_least_only_warns() -> None:
    there = people(A=40, B=2)
    one, _ = draw(there, [Quota("site", value="A", at_most=10)], seed=1)
    two, _ = draw(there, [Quota("site", value="A", at_most=10)], seed=2)
    assert one != two
    aside, [state] = draw(there, [Quota("site", value="B", at_least=5)], seed=1)
    assert (aside, state.patients, state.met) == (frozenset(), 2, False)
