"""The ways to train a model; one file each."""

from renkei.plugins import by_name, collect
from renkei.train.recipe import Recipe
from renkei.train.recipes import voxel_forest

RECIPES: tuple[Recipe, ...] = (voxel_forest.RECIPE,)


def recipe_of(name: str) -> Recipe:
    """Return a recipe by its name.

    Raises:
        NoSuchPluginError: There is none.
    """
    return by_name(collect(RECIPES, "recipes"), name)
