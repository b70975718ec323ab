"""DUO codes."""

from dataclasses import replace

import pytest

from renkei.market.duo import Asked, Blocked, Purpose, against, duties

ASKED = Asked(
    Purpose.PRODUCT,
    commercial_use=True,
    commercial_organisation=True,
    develops_methods=True,
    country="JP",
    institution="I",
    user="U",
    project="P",
)


@pytest.mark.parametrize(
    ("codes", "reasons"),
    [
        ({4}, []),
        ({42}, []),
        ({6}, []),
        ({7}, [Blocked.PURPOSE]),
        ({4, 46}, [Blocked.COMMERCIAL_USE]),
        ({4, 45}, [Blocked.COMMERCIAL_ORGANISATION]),
        ({4, 18}, [Blocked.COMMERCIAL_USE, Blocked.COMMERCIAL_ORGANISATION]),
        ({4, 15}, [Blocked.METHODS_DEVELOPMENT]),
        ({4, 43}, [Blocked.CLINICAL_CARE_ONLY]),
        ({4, 22}, [Blocked.COUNTRY]),
        ({4, 28}, [Blocked.INSTITUTION]),
        ({4, 26}, [Blocked.USER]),
        ({4, 27}, [Blocked.PROJECT]),
        ({4, 12}, [Blocked.PURPOSE]),
        ({4, 99}, [Blocked.UNKNOWN_CODE]),
        ({21}, [Blocked.NO_PERMISSION]),
        (set(), [Blocked.NO_PERMISSION]),
    ],
)
def test_each_code_has_its_effect(codes: set[int], reasons: list[Blocked]) -> None:
    assert against(codes, ASKED) == reasons


def test_use_and_organisation_are_different_questions() -> None:
    university = replace(ASKED, commercial_organisation=False)
    assert against({4, 45}, university) == []
    assert against({4, 46}, university) == [Blocked.COMMERCIAL_USE]
    assert against({4, 18}, university) == [Blocked.COMMERCIAL_USE]


def test_a_listed_country_institution_user_and_project_pass() -> None:
    lists = {"countries": ["JP"], "institutions": ["I"], "users": ["U"], "projects": ["P"]}
    assert against({4, 22, 26, 27, 28}, replace(ASKED, lists=lists)) == []


def test_population_research_is_opened_and_closed_by_its_codes() -> None:
    asked = replace(ASKED, purpose=Purpose.POPULATION)
    assert against({11}, asked) == []
    assert against({4, 44}, asked) == [Blocked.PURPOSE]


def test_duties_are_named() -> None:
    assert duties({4, 29, 21}) == ["ethics_approval", "return_results"]
