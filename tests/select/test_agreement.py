"""Cohen's kappa against published figures and the cases where it must say nothing."""

import random

import pytest

from renkei.select.agreement import LEAST, kappa


def pairs_of(table: list[list[int]]) -> list[tuple[int, int]]:
    return [
        (i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)
    ]


def test_the_worked_example_of_fleiss_cohen_and_everitt() -> None:
    # Shares of 200 cases; the paper gives kappa 0.429 and a standard error of 0.054.
    found = kappa(pairs_of([[106, 10, 4], [22, 28, 10], [2, 12, 6]]))
    assert found.n == 200
    assert found.kappa == pytest.approx(0.429, abs=0.001)
    assert (found.high - found.low) / 2 / 1.96 == pytest.approx(0.054, abs=0.001)


def test_agreement_by_chance_is_none_and_whole_agreement_is_one() -> None:
    rng = random.Random(1)
    chance = kappa([(rng.random() < 0.3, rng.random() < 0.3) for _ in range(4000)])
    assert chance.low < 0 < chance.high
    whole = kappa([("a", "a")] * 15 + [("b", "b")] * 15)
    assert (whole.kappa, whole.low, whole.high) == pytest.approx((1, 1, 1))


@pytest.mark.parametrize("pairs", [[], [("a", "b")] * (LEAST - 1), [("a", "a")] * 50])
def test_too_few_cases_or_one_answer_alone_say_nothing(pairs: list[tuple[str, str]]) -> None:
    found = kappa(pairs)
    assert found.n == len(pairs)
    assert (found.kappa, found.low, found.high) == (None, None, None)
