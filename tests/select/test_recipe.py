"""A recipe's hash is of what it says; what it cannot mean is refused by name."""

import pytest

from renkei.select.recipe import (
    BadRecipeError,
    CaseFacts,
    NoSuchRecipeError,
    band,
    load_recipe,
    parse_recipe,
)

SMALL = """
schema = "renkei.recipe/1"
name = "small"
version = "1"
[inclusion]
modalities = ["CT"]
"""


def test_layout_and_comments_do_not_change_the_hash() -> None:
    again = SMALL.replace('name = "small"', "# why\nname    =   'small'")
    assert parse_recipe(again).sha256 == parse_recipe(SMALL).sha256


def test_a_changed_limit_changes_the_hash() -> None:
    one = parse_recipe(SMALL + '[[rule]]\nmetric = "ct_noise"\nexclude = 50.0\n')
    two = parse_recipe(SMALL + '[[rule]]\nmetric = "ct_noise"\nexclude = 51.0\n')
    assert one.sha256 != two.sha256


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("name = 1", "schema"),
        (SMALL.replace('name = "small"\n', ""), "name"),
        (SMALL + "least_ago = 3\n", "least_ago"),
        (SMALL + '[[rule]]\nmetric = "ct_noise"\nz = "high"\n', r"rule\[0\]\.z"),
        (SMALL + '[[rule]]\nmetric = "geometry"\ncodes = { tilt = "drop" }\n', "drop"),
        (SMALL + '[[rule]]\nmetric = "ct_noise"\nexclude = nan\n', r"rule\[0\]\.exclude"),
        (SMALL + '[[quota]]\nof = "age"\n', r"quota\[0\]\.of"),
        (SMALL + "least_age = 200\n", "inclusion.least_age"),
        ("[", "TOML"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(text: str, word: str) -> None:
    with pytest.raises(BadRecipeError, match=word):
        parse_recipe(text)


def test_the_stratum_with_the_most_fitting_keys_is_taken() -> None:
    recipe = load_recipe("ct_abdomen")
    known = CaseFacts("CT", "abdomen", "SOFT", 3.0, "Phantom B")
    assert recipe.stratum_for("ct_noise", known).match["model"] == "Phantom B"
    other = CaseFacts("CT", "ABDOMEN", "SOFT", 3.0, "Another")
    assert "model" not in recipe.stratum_for("ct_noise", other).match
    assert recipe.stratum_for("ct_noise", CaseFacts("CT", "HEAD", "SOFT")) is None


def test_thickness_falls_into_bands() -> None:
    assert [band(x) for x in (0.5, 1.0, 3.0, 5.0, 8.0)] == ["<=1", "<=1", "<=3", "<=5", ">5"]


def test_an_unknown_name_lists_those_that_there_are() -> None:
    with pytest.raises(NoSuchRecipeError, match="ct_abdomen"):
        load_recipe("nothing")
