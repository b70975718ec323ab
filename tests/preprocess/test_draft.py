"""A text that is wrong says where; what a form gets of a plan is what the plan holds."""

import pytest

from renkei.preprocess.draft import describe_steps, find_wrong, read_draft
from renkei.preprocess.plan import builtin_plans, load_plan
from renkei.preprocess.steps import STEPS

HEAD = """schema = "renkei.plan/1"
name = "one"
version = "1"
results = ["b"]
[inputs.ct]
modality = "CT"
"""
ORIENT = '[[step]]\nname = "orient"\ninput = "ct"\noutput = "a"\n'
RESAMPLE = (
    '[[step]]\nname = "resample"\ninput = "{}"\noutput = "{}"\nparams = {{ spacing = [{}] }}\n'
)


@pytest.mark.parametrize("name", builtin_plans())
def test_a_plan_that_runs_has_nothing_wrong_and_a_draft_of_all_it_holds(name: str) -> None:
    plan = load_plan(name)
    assert find_wrong(plan.text) is None
    draft = read_draft(plan.text)
    assert [one["role"] for one in draft["inputs"]] == list(plan.roles)
    assert [one["output"] for one in draft["steps"]] == [one.output for one in plan.steps]
    assert draft["results"] == list(plan.results)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + ORIENT + RESAMPLE.format("a", "b", "1, 1"), 11),
        (HEAD + ORIENT + RESAMPLE.format("a", "b", "1, 1, 900"), 11),
        (HEAD + ORIENT + RESAMPLE.format("x", "b", "1, 1, 1"), 11),
        (HEAD + '[[step]]\nname = "nothing"\ninput = "ct"\noutput = "b"\n', 7),
        (HEAD + '[[step]]\nname = "orient"\ninput = "ct"\n' + ORIENT, 7),
        (HEAD + "[[step\n", 7),
        (HEAD, None),
    ],
)
def test_what_is_wrong_is_found_at_its_line(text: str, line: int | None) -> None:
    wrong = find_wrong(text)
    assert wrong is not None
    assert (wrong.line, bool(wrong.sentence)) == (line, True)


def test_interpolating_twice_is_found_at_the_second_step() -> None:
    text = HEAD + RESAMPLE.format("ct", "a", "1, 1, 1") + RESAMPLE.format("a", "b", "2, 2, 2")
    assert find_wrong(text).line == 12


def test_a_text_without_parts_has_no_draft() -> None:
    assert read_draft("[[step") is None
    assert read_draft("inputs = 3") is None
    assert read_draft('[[step]]\nname = "x"\nparams = 3') is None


def test_every_step_is_offered_with_its_limits() -> None:
    steps = {one["name"]: one for one in describe_steps()}
    assert set(steps) == {one.name for one in STEPS}
    (spacing,) = steps["resample"]["params"]
    assert (spacing["count"], spacing["unit"], spacing["low"]) == (3, "mm", 0.2)
