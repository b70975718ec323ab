"""Train: a model bound to the hash of a version, with a report that shows what it cannot do."""

from renkei.train.evaluate import CaseScore, Evaluation, evaluate_cases
from renkei.train.metrics import Score, score_mask
from renkei.train.recipe import Example, Recipe
from renkei.train.recipes import RECIPES

__all__ = [
    "RECIPES",
    "CaseScore",
    "Evaluation",
    "Example",
    "Recipe",
    "Score",
    "evaluate_cases",
    "score_mask",
]
