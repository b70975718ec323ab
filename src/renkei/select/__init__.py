"""Select: decide by versioned rules which cases are fit, and say why.

`judge_series` and `judge_slide` measure files and hold them against a recipe; the answer is
accept, review or exclude with coded reasons. `dry_run` says what a recipe would do to judged cases.
"""

from renkei.plugins import need_extra

need_extra("imaging", "scipy", "SimpleITK", "cc3d")

from renkei.select.dryrun import dry_run  # noqa: E402
from renkei.select.judge import judge_series, judge_slide  # noqa: E402
from renkei.select.recipe import CaseFacts, Finding, Recipe, load_recipe, parse_recipe  # noqa: E402
from renkei.select.stored import read_verdicts  # noqa: E402
from renkei.select.verdict import Outcome, Verdict  # noqa: E402

__all__ = [
    "CaseFacts",
    "Finding",
    "Outcome",
    "Recipe",
    "Verdict",
    "dry_run",
    "judge_series",
    "judge_slide",
    "load_recipe",
    "parse_recipe",
    "read_verdicts",
]
