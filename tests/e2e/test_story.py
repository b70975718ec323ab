"""What the story tells is so: counts close, money is exact, verify says what happened."""

import pytest

from renkei.demo.archive import program
from renkei.demo.inputs import ARCHIVED

STEPS = (
    "deid",
    "collect",
    "select",
    "annotate",
    "preprocess",
    "publish",
    "list",
    "license",
    "deliver",
    "settle",
    "train",
    "synthesize",
    "withdraw",
)


@pytest.mark.parametrize("name", STEPS)
def test_in_is_out_plus_rejected(story, name):
    step = story.steps[name]
    assert step["in"] == step["out"] + sum(step["rejected"].values())
    assert step["out"] > 0


@pytest.mark.skipif(program() is None, reason="apt-get install orthanc")
def test_the_rule_fetches_from_the_archive_what_it_wants(story):
    step = story.steps["extract"]
    assert step["out"] == len(ARCHIVED)
    assert step["rejected"] == {"slice_too_thick": 1}


def test_each_bad_input_ends_where_it_should(story):
    held = story.steps["deid"]["rejected"]
    assert held["no_consent"] > 0
    assert held["truncated"] == 1
    assert held["outside_approval_period"] > 0


def test_a_study_under_an_expired_approval_ends_in_quarantine(story):
    assert story.steps["collect"]["rejected"].get("approval_expired", 0) > 0


def test_each_flawed_case_ends_where_it_should(story):
    step = story.steps["select"]
    assert step["rejected"]["exclude:ct_noise.over_limit"] == 1
    assert step["rejected"]["review:ct_noise.unusual"] == 1
    # One is said by a code, the other by the sentence of a report; a denial excludes nobody.
    assert step["rejected"]["exclude:finding_unwanted"] == 2
    assert step["rejected"]["review:ct_truncation.near_limit"] >= 1
    assert step["rejected"]["review:slide_pen.near_limit"] == 1
    assert step["rejected"]["review:near_duplicate"] == 1
    assert step["overrides"] >= 1


def test_readers_disagreed_and_were_adjudicated(story):
    assert story.steps["annotate"]["adjudicated"] >= 1
    assert story.steps["annotate"]["report"] == "signed"


def test_the_real_pair_is_aligned_and_a_misfiled_head_is_refused(story):
    step = story.steps["preprocess"]
    assert step["pair"] == ["done"]
    assert step["misfiled"] in (["alignment_unproved"], ["no_overlap"])


def test_the_known_growth_of_a_lesion_is_found_within_the_stated_error(story):
    [growth] = story.steps["preprocess"]["growth"]
    assert growth["truth"] > 100
    assert abs(growth["percent"] - growth["truth"]) <= growth["error"] < 100


def test_a_million_yen_is_distributed_to_the_yen(story):
    step = story.steps["settle"]
    assert (step["in"], step["out"]) == (1_000_000, 1_000_000)


def test_one_case_is_withdrawn_and_the_rest_intact(story):
    assert story.steps["deliver"]["verify"] == "intact"
    cases = story.steps["withdraw"]["verify"]
    assert cases["withdrawn"] == 1
    assert cases["tampered"] == 0
    assert cases["intact"] > 20
    assert story.steps["withdraw"]["licensees_told"] == 1
