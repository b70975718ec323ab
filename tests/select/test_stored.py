"""What a verdict keeps is enough to judge again: the same recipe says the same."""

import json
from pathlib import Path

import pytest

from renkei.imaging.made import made_ct, write_ct_series
from renkei.select import CaseFacts, Finding, judge_series, load_recipe
from renkei.select.stored import BadVerdictsError, decide_again, read_verdicts, stored_case

RECIPE = load_recipe("ct_abdomen")


def test_the_same_recipe_says_the_same_without_pixels() -> None:
    volume, _ = made_ct(201, noise=5.0)
    facts = CaseFacts("CT", "ABDOMEN", "SOFT", age=50, findings=(Finding("ICD-10", "J93"),))
    for files, duplicate in ((write_ct_series(volume, {}), True), ([b"no image"], False)):
        verdict = judge_series(files, RECIPE, facts=facts, duplicate=duplicate)
        kept = json.loads(json.dumps(verdict.as_dict()))
        again = decide_again(stored_case("a", kept), RECIPE)
        assert again.outcome == verdict.outcome
        assert {r.key for r in again.reasons} == {r.key for r in verdict.reasons}
        assert again.grades == verdict.grades
        assert again.facts == verdict.facts


def test_a_file_that_holds_no_verdicts_is_refused_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / "verdicts.jsonl"
    for text in ("{}", "[]", "not json", '{"case": "a", "facts": {}}'):
        file.write_text("\n" + text + "\n")
        with pytest.raises(BadVerdictsError, match="Line 2"):
            read_verdicts(file)
