"""Errors of known kinds are all found, and reports in other people's words raise no alarm."""

import random

import pytest
from tests.annotate.reports.made import KINDS, made_facts, paraphrase, spoiled

from renkei.annotate.reports.check import check_report, check_words
from renkei.annotate.reports.draft import draft
from renkei.annotate.reports.sections import LANGUAGES, Language

CASES = 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_planted_error_is_found_and_nothing_else(language: Language) -> None:
    planted = dict.fromkeys(KINDS, 0)
    for seed in range(CASES):
        rng = random.Random(seed)
        facts = made_facts(rng)
        text = draft(facts, language)
        assert check_report(text, facts, language) == ()
        said = paraphrase(facts, language, rng)
        assert check_report(said, facts, language) == (), said
        for kind in KINDS:
            wrong = spoiled(kind, text, facts, language, rng)
            if wrong is not None and wrong != text:
                planted[kind] += 1
                assert check_report(wrong, facts, language), f"{kind} in: {wrong}"
    assert min(planted.values()) >= 5


def test_an_addendum_need_not_say_everything_but_may_not_contradict() -> None:
    facts = next(f for f in (made_facts(random.Random(n)) for n in range(20)) if f.lesions)
    one = facts.lesions[0]
    assert check_words(f"{one.organ_ja}の病変は{one.long_mm}mmです。", facts, "ja") == ()
    assert check_words("Lesion of 99 mm.", facts, "en")[0].code == "size_orphan"
