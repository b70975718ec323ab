"""Select: decide by versioned rules which cases are fit, and say why.

`judge_series` and `judge_slide` measure files and hold them against a recipe; the answer is
accept, review or exclude with coded reasons.
"""

from renkei.plugins import need_extra

need_extra("imaging", "scipy", "SimpleITK", "cc3d")

from renkei.select.judge import judge_series, judge_slide  # noqa: E402
from renkei.select.recipe import CaseFacts, Finding, Recipe, load_recipe, parse_recipe  # noqa: E402
from renkei.select.verdict import Outcome, Verdict  # noqa: E402

__all__ = [
    "CaseFacts",
    "Finding",
    "Outcome",
    "Recipe",
    "Verdict",
    "judge_series",
    "judge_slide",
    "load_recipe",
    "parse_recipe",
]
