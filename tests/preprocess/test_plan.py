"""A plan says everything by name; what it cannot mean is refused before anything runs."""

import pytest

from renkei.preprocess.plan import (
    BadPlanError,
    NoSuchPlanError,
    builtin_plans,
    load_plan,
    parse_plan,
)
from renkei.preprocess.step import BadParameterError

SMALL = """
schema = "renkei.plan/1"
name = "small"
version = "1"
results = ["b"]
[inputs.a]
modality = "CT"
[[step]]
name = "orient"
input = "a"
output = "b"
"""


def test_layout_does_not_change_the_hash_and_a_parameter_does() -> None:
    assert parse_plan("# why\n" + SMALL).sha256 == parse_plan(SMALL).sha256
    window = SMALL.replace('"orient"', '"window"')
    other = window.replace('output = "b"', 'output = "b"\nparams = { low = -900 }')
    assert parse_plan(window).sha256 != parse_plan(other).sha256


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('output = "b"', 'output = "a"', "new one"),
        ('input = "a"', 'input = "c"', "'c'"),
        ('results = ["b"]', 'results = ["a"]', "results"),
        ('output = "b"', 'output = "b"\nspeed = 3', "speed"),
        ('name = "orient"', 'name = "align"', "to"),
        ('name = "orient"', 'name = "orient"\nversion = "9"', "version"),
        ('modality = "CT"', "", "modality"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(old: str, new: str, word: str) -> None:
    with pytest.raises(BadPlanError, match=word):
        parse_plan(SMALL.replace(old, new, 1))


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(BadParameterError, match="wide"):
        parse_plan(SMALL.replace('"orient"', '"window"') + "params = { wide = 1 }")


def test_every_built_in_plan_reads() -> None:
    assert [load_plan(name).name for name in builtin_plans()] == builtin_plans()
    with pytest.raises(NoSuchPlanError, match="ct_standard"):
        load_plan("nothing")
