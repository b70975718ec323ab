"""Dry runs on the platform: a recipe against every case that is judged already."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.select.recipe import parse_recipe
from renkei.select.server.lists import kept_cases
from renkei.select.server.recipes import recipe_in_force
from renkei.select.strata import keys_of
from renkei.select.tried import dry_run_rows, strata_of_rows

SECONDS = 300.0


async def try_recipe(
    session: AsyncSession, *, toml: str, against: str | None = None, in_force: bool = False
) -> dict[str, Any]:
    """Return what a recipe would do, beside another one or the one in force.

    Raises:
        BadRecipeError: One of them cannot be read.
        NoSuchPluginError: It names a metric that is not installed.
    """
    for text in (toml, against):
        if text is not None:
            parse_recipe(text)
    if in_force and against is None:
        against = (await recipe_in_force(session)).text
    rows = await kept_cases(session)
    return await compute.run(dry_run_rows, rows, toml, against, seconds=SECONDS)


async def compute_strata(session: AsyncSession, *, by: Sequence[str]) -> dict[str, Any]:
    """Return the strata of the judged cases, as tables and as the TOML of a recipe.

    Raises:
        NoSuchKeyError: `by` names no key of a stratum.
    """
    levels = [keys_of(one) for one in by]
    rows = await kept_cases(session)
    return await compute.run(strata_of_rows, rows, levels, seconds=SECONDS)
