import pytest

from renkei.train.evaluate import CaseScore, evaluate_cases
from renkei.train.metrics import Score
from renkei.train.report import limits, report_document, report_page
from renkei.train.report_words import WORDS

MODEL = {"version": None, "recipe": "voxel_forest", "seed": 0, "train_patients": 30}


def cases(n: int, *, made: bool) -> list[CaseScore]:
    return [
        CaseScore(
            f"c{k}",
            f"s{k}",
            {"liver": Score("both", 0.7 + k / 100, 0.8, 3.0, 100 + k, 100)},
            {"site": "AB"[k % 2], "made": made},
        )
        for k in range(n)
    ]


def test_a_report_on_few_made_cases_says_so_and_claims_nothing() -> None:
    evaluation = evaluate_cases(cases(8, made=True), "liver")
    assert {"fewer_than_ten_patients", "only_made_cases", "no_gap_tested"} <= set(
        limits(evaluation)
    )


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_shows_every_group_with_its_number_and_every_limit(language: str) -> None:
    evaluation = evaluate_cases(cases(24, made=False), "liver")
    document = report_document(MODEL, "ab" * 32, [evaluation], side="test", looks_left=2)
    page = report_page(document, language)
    assert page.count("n = 12") >= 2
    for code in document["limits"]:
        assert WORDS[language][f"limit.{code}"] in page
    assert WORDS[language]["research"] in page
    assert WORDS[language]["draft"] in page


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["ja"].keys() == WORDS["en"].keys()
