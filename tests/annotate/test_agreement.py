"""κ, AC1, α, limits of agreement: against other implementations and published tables."""

import random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from renkei.annotate.agreement import (
    Figure,
    Scale,
    ac1,
    bland_altman,
    bootstrap,
    kappa,
    krippendorff,
)

LEVELS = ("a", "b", "c", "d")
answers = st.lists(
    st.tuples(st.sampled_from(LEVELS), st.sampled_from(LEVELS)), min_size=2, max_size=30
)


def table(yes: int, first: int, second: int, no: int) -> list[tuple[str, str]]:
    """Return answers counted as a two-by-two table."""
    return [("y", "y")] * yes + [("y", "n")] * first + [("n", "y")] * second + [("n", "n")] * no


@settings(deadline=None, max_examples=60)
@given(pairs=answers, ordered=st.booleans())
def test_kappa_is_that_of_an_independent_implementation(
    *, pairs: list[tuple[str, str]], ordered: bool
) -> None:
    assume(len({answer for pair in pairs for answer in pair}) > 1)
    a, b = zip(*pairs, strict=True)
    weights = "quadratic" if ordered else None
    expected = cohen_kappa_score(a, b, labels=list(LEVELS), weights=weights)
    assert kappa(pairs, LEVELS, ordered=ordered).value == pytest.approx(expected)


def test_a_rare_answer_lowers_kappa_and_not_ac1() -> None:
    rare, even = table(90, 4, 4, 2), table(45, 4, 4, 47)
    assert kappa(rare, "yn").value == pytest.approx(0.2908, abs=1e-4)
    assert kappa(even, "yn").value == pytest.approx(0.8399, abs=1e-4)
    assert ac1(rare, "yn").value == pytest.approx(0.9098, abs=1e-4)


def test_one_answer_alone_has_no_kappa_and_says_why() -> None:
    assert kappa([("y", "y")] * 9, "yn") == Figure(None, "one_answer")
    assert ac1([("y", "y")] * 9, "yn") == Figure(1.0)
    assert kappa([], "yn") == Figure(None, "no_pairs")
    assert ac1([], "yn") == Figure(None, "no_pairs")


# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section E: four observers.
NONE = None
TWELVE = [
    [1, 1, NONE, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [NONE, 5, 5, 5],
    [NONE, NONE, 1, 1],
    [NONE, NONE, 3, NONE],
]


@pytest.mark.parametrize(
    ("scale", "expected"),
    [(Scale.NOMINAL, 0.743), (Scale.ORDINAL, 0.815), (Scale.INTERVAL, 0.849)],
)
def test_alpha_is_that_of_the_published_table(scale: Scale, expected: float) -> None:
    assert krippendorff(TWELVE, scale).value == pytest.approx(expected, abs=6e-4)


def test_alpha_without_pairs_or_variation_has_a_reason() -> None:
    assert krippendorff([[1, None], [2]]) == Figure(None, "no_pairs")
    assert krippendorff([[1, 1], [1, 1]]) == Figure(None, "one_answer")


def test_limits_of_agreement_are_those_of_the_published_example() -> None:
    # Bland & Altman 1986, large and mini Wright peak flow meter, first measurement of each (l/min).
    large = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    found = bland_altman([(float(b), float(a)) for a, b in zip(large, mini, strict=True)])
    assert found is not None
    assert found.bias == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert (found.bias_low, found.bias_high) == pytest.approx((-22.0, 17.8), abs=0.1)
    assert (found.low, found.high) == pytest.approx((-78.1, 73.9), abs=0.15)


def test_a_difference_that_grows_with_size_has_a_slope() -> None:
    found = bland_altman([(10.0, 11.0), (20.0, 22.0), (40.0, 44.0)])
    assert found is not None
    assert found.slope == pytest.approx(2 * 0.1 / 2.1)
    assert bland_altman([(1.0, 2.0), (2.0, 3.0)]) is None
    same = bland_altman([(5.0, 5.0)] * 3)
    assert same is not None
    assert same.slope is None


def test_the_bootstrap_draws_whole_patients() -> None:
    dice = random.Random(1)
    rows = {str(n): [value] * 20 for n in range(12) for value in [dice.random()]}
    found = bootstrap(rows, lambda values: float(np.mean(values)))
    assert found is not None
    spread = np.std([values[0] for values in rows.values()]) / np.sqrt(12)
    # Twenty equal lesions of a patient are one observation: drawn singly it would be a fifth.
    assert found[1] - found[0] == pytest.approx(2 * 1.96 * spread, rel=0.2)
    assert found == bootstrap(rows, lambda values: float(np.mean(values)))
    assert bootstrap({"1": [1.0, 2.0]}, lambda values: values[0]) is None
    assert bootstrap({"1": [1.0], "2": [2.0]}, lambda _: None) is None
