"""Strata are medians over patients, and what is written is what a recipe reads."""

import math

import pytest
from tests.select.judged import CT, HEAD, case, cohort

from renkei.select.recipe import parse_recipe
from renkei.select.strata import NoSuchKeyError, as_toml, keys_of, strata_of


def test_a_stratum_counts_patients_not_series() -> None:
    cases = [case(f"p{i}", noise=20.0, patient="P") for i in range(50)]
    cases += [case(f"q{i}", noise=math.exp(i), patient=f"q{i}") for i in (1, 2)]
    [found] = [s for s in strata_of(cases, [keys_of("")], source="t") if s.metric == "ct_noise"]
    assert (found.patients, found.match) == (3, {"modality": "CT"})
    assert found.median == pytest.approx(2.0)
    assert found.spread == pytest.approx(1.4826 * (math.log(20) - 2), abs=1e-3)


def test_each_level_and_the_pooled_reference_are_there() -> None:
    found = strata_of(cohort(60), [keys_of("model"), keys_of("kernel,model")], source="t")
    matches = [s.match for s in found if s.metric == "ct_noise"]
    assert {"modality": "CT"} in matches
    assert {"modality": "CT", "model": "M0"} in matches
    assert {"modality": "CT", "kernel": "SOFT", "model": "M1"} in matches
    assert len(matches) == 5


def test_what_is_written_is_what_a_recipe_reads() -> None:
    cases = [case("a", model='Odd "name" \\ 型'), case("b")]
    strata = strata_of(cases, source="two cases")
    assert parse_recipe(HEAD + CT + as_toml(strata)).strata == tuple(strata)


def test_a_key_that_there_is_not_is_refused() -> None:
    with pytest.raises(NoSuchKeyError, match="body_part"):
        keys_of("modality,hair")
