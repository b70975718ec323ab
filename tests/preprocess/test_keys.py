"""The key of a run: whatever decides its bytes makes it another one."""

from renkei.preprocess import load_plan, parse_plan
from renkei.preprocess.keys import code_digests, run_key

PLAN = load_plan("ct_standard")
CODES = code_digests(PLAN)


def test_the_order_in_which_files_are_found_does_not_matter() -> None:
    assert run_key(PLAN, {"ct": [(["b", "a"], "l")]}, CODES) == run_key(
        PLAN, {"ct": [(["a", "b"], "l")]}, CODES
    )


def test_files_labels_plan_and_the_code_of_a_step_each_make_another_key() -> None:
    other = parse_plan(PLAN.text.replace('version = "1"', 'version = "2"'))
    changed = CODES | {PLAN.steps[-1].step.name: "changed"}
    keys = [
        run_key(PLAN, {"ct": [(["a", "b"], "l")]}, CODES),
        run_key(PLAN, {"ct": [(["a"], "l")]}, CODES),
        run_key(PLAN, {"ct": [(["a", "b"], None)]}, CODES),
        run_key(PLAN, {"ct": [(["a", "b"], "l")]}, changed),
        run_key(other, {"ct": [(["a", "b"], "l")]}, CODES),
    ]
    assert len(set(keys)) == len(keys)
