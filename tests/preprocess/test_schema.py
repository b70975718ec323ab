"""The schema takes what the reader takes, and has every step that is installed."""

import tomllib

import pytest
from jsonschema import Draft202012Validator

from renkei.preprocess.plan import builtin_plans, load_plan, parse_plan
from renkei.preprocess.schema import json_schema
from renkei.preprocess.steps import STEPS

GOOD = """
schema = "renkei.plan/1"
name = "q"
version = "1"
results = ["b"]
[inputs.ct]
modality = "CT"
[[step]]
name = "window"
input = "ct"
output = "b"
params = { low = -500, high = 500 }
"""


@pytest.fixture(scope="module")
def validator():
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_every_plan_that_comes_with_it_is_valid(validator):
    for name in builtin_plans():
        assert not list(validator.iter_errors(tomllib.loads(load_plan(name).text))), name


def test_every_step_and_parameter_is_in_it():
    steps = json_schema()["$defs"]
    assert set(steps) == {step.name for step in STEPS}
    for step in STEPS:
        assert set(steps[step.name]["properties"]["params"]["properties"]) == set(step.params)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "window"', 'name = "windoww"'),
        ("low = -500", "lowest = -500"),
        ("low = -500", "low = -50000"),
        ("low = -500", 'low = "none"'),
        ('output = "b"', 'output = "b"\nto = "ct"'),
        ('modality = "CT"', 'modality = "CT"\nmore = 1'),
        ('results = ["b"]', 'results = ["b"]\nmore = 1'),
        ('schema = "renkei.plan/1"', 'schema = "renkei.plan/2"'),
        ('version = "1"', ""),
    ],
)
def test_both_refuse_the_same(validator, old, new):
    assert not list(validator.iter_errors(tomllib.loads(GOOD)))
    parse_plan(GOOD)
    text = GOOD.replace(old, new)
    assert list(validator.iter_errors(tomllib.loads(text)))
    with pytest.raises(Exception, match=r"\w"):
        parse_plan(text)
