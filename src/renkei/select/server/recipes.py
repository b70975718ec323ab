"""Keep recipes, and say which one is in force."""

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.plugins import by_name
from renkei.select.metrics import METRICS
from renkei.select.recipe import Recipe, load_recipe, parse_recipe
from renkei.select.server.tables import KeptRecipe
from renkei.server.audit import record

DEFAULT = "ct_abdomen"


async def keep_recipe(session: AsyncSession, *, toml: str) -> KeptRecipe:
    """Put a recipe in force; cases that arrive from now on are judged by it.

    Raises:
        BadRecipeError: It cannot be read.
        NoSuchPluginError: It names a metric that is not installed.
    """
    recipe = parse_recipe(toml)
    for rule in recipe.rules:
        by_name(METRICS, rule.metric)
    await session.execute(
        update(KeptRecipe).where(KeptRecipe.sha256 != recipe.sha256).values(in_force=False)
    )
    kept = await _insert(session, recipe)
    kept.in_force = True
    await session.flush()
    await record(session, "select.recipe", kept)
    return kept


async def recipe_in_force(session: AsyncSession) -> Recipe:
    """Return the recipe that judges now; the built-in one until somebody kept another."""
    toml = await session.scalar(select(KeptRecipe.toml).where(KeptRecipe.in_force))
    if toml is not None:
        return parse_recipe(toml)
    recipe = load_recipe(DEFAULT)
    kept = await _insert(session, recipe)
    kept.in_force = True
    await session.flush()
    return recipe


async def _insert(session: AsyncSession, recipe: Recipe) -> KeptRecipe:
    row = insert(KeptRecipe).values(
        name=recipe.name, version=recipe.version, sha256=recipe.sha256, toml=recipe.text
    )
    await session.execute(row.on_conflict_do_nothing())
    found = await session.scalars(select(KeptRecipe).where(KeptRecipe.sha256 == recipe.sha256))
    return found.one()
