"""The ways to train a model; one file each."""

from renkei.train.recipe import Recipe
from renkei.train.recipes import voxel_forest

RECIPES: tuple[Recipe, ...] = (voxel_forest.RECIPE,)
