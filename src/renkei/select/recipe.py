"""A recipe: versioned rules of what is fit, with the medians of its strata carried along.

A recipe is TOML. Its hash covers what it says, not how it is laid out, and every verdict names
that hash: same input and same recipe give the same verdict, also when more data arrive later.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from renkei.errors import DataRefusedError, NotFoundError
from renkei.proof import canonical, digest
from renkei.select.facts import STRATUM_KEYS, CaseFacts, Finding, band
from renkei.select.schema import SCHEMA, Quota, RecipeFile, Rule, Stratum

LEAST_PATIENTS = 20

__all__ = [
    "LEAST_PATIENTS",
    "STRATUM_KEYS",
    "BadRecipeError",
    "CaseFacts",
    "Finding",
    "NoSuchRecipeError",
    "Quota",
    "Recipe",
    "Rule",
    "Stratum",
    "band",
    "builtin_recipes",
    "load_recipe",
    "parse_recipe",
]


class BadRecipeError(DataRefusedError):
    """The recipe is not one that this version can read."""


class NoSuchRecipeError(NotFoundError):
    """No recipe of that name comes with Renkei."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is wanted, what is unwanted, and the limits of each metric."""

    name: str
    version: str
    sha256: str
    text: str
    modalities: tuple[str, ...]
    body_parts: tuple[str, ...] = ()
    least_age: int | None = None
    unwanted: tuple[Finding, ...] = ()
    rules: tuple[Rule, ...] = ()
    strata: tuple[Stratum, ...] = ()
    most_age: int | None = None
    sexes: tuple[str, ...] = ()
    wanted: tuple[Finding, ...] = ()
    quotas: tuple[Quota, ...] = ()
    second_look: float = 0.0
    seed: int = 0

    def stratum_for(self, metric: str, facts: CaseFacts) -> Stratum | None:
        """Return the stratum with the most keys that all fit the case, or None.

        The pooled reference is none: all of a modality is not like with like.
        """
        own = facts.stratum
        fitting = [
            s
            for s in self.strata
            if s.metric == metric
            and set(s.match) != {"modality"}
            and all(own.get(k) == v for k, v in s.match.items())
        ]
        return max(fitting, key=lambda s: len(s.match), default=None)

    def pooled_for(self, metric: str, facts: CaseFacts) -> Stratum | None:
        """Return the reference of all cases of the modality, or None."""
        alone = {"modality": facts.modality}
        return next((s for s in self.strata if s.metric == metric and s.match == alone), None)


def parse_recipe(text: str) -> Recipe:
    """Read a recipe from TOML.

    Raises:
        BadRecipeError: A key is missing, unknown or of the wrong type; the sentence names it.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRecipeError(f"The recipe is not TOML: {error}.") from error
    if said.get("schema") != SCHEMA:
        raise BadRecipeError(f"A recipe starts with schema = {SCHEMA!r}.")
    if (where := _endless(said, "$")) is not None:
        raise BadRecipeError(f"The recipe holds a number that is none - at `{where}`.")
    try:
        return _build(msgspec.convert(said, RecipeFile), said, text)
    except msgspec.ValidationError as error:
        raise BadRecipeError(f"The recipe is wrong: {error}.") from error


def load_recipe(name: str | Path) -> Recipe:
    """Read a recipe file, or one that comes with Renkei by its name.

    Raises:
        NoSuchRecipeError: There is neither.
        BadRecipeError: It cannot be read.
    """
    path = Path(name)
    if path.is_file():
        return parse_recipe(path.read_text(encoding="utf-8"))
    if str(name) not in builtin_recipes():
        raise NoSuchRecipeError(
            f"No recipe file or built-in of that name; there are: {', '.join(builtin_recipes())}."
        )
    folder = resources.files("renkei.select") / "recipes"
    return parse_recipe((folder / f"{name}.toml").read_text(encoding="utf-8"))


def builtin_recipes() -> list[str]:
    """Return the names of the recipes that come with Renkei."""
    folder = resources.files("renkei.select") / "recipes"
    return sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if ".toml" in p.name)


def _build(file: RecipeFile, said: Mapping[str, Any], text: str) -> Recipe:
    wanted = file.inclusion
    return Recipe(
        name=file.name,
        version=file.version,
        sha256=digest(canonical(dict(said))),
        text=text,
        modalities=wanted.modalities,
        body_parts=tuple(part.upper() for part in wanted.body_parts),
        least_age=wanted.least_age,
        most_age=wanted.most_age,
        sexes=wanted.sex,
        wanted=tuple(Finding(code.scheme, code.value) for code in wanted.wanted),
        unwanted=tuple(Finding(code.scheme, code.value) for code in wanted.unwanted),
        rules=file.rule,
        strata=file.stratum,
        quotas=file.quota,
        second_look=file.second_look,
        seed=file.seed,
    )


def _endless(said: Any, path: str) -> str | None:
    """Return where a NaN or an infinity stands; a limit of that kind would never be crossed."""
    if isinstance(said, float) and not math.isfinite(said):
        return path
    if isinstance(said, Mapping):
        inner = [(value, f"{path}.{key}") for key, value in said.items()]
    elif isinstance(said, list):
        inner = [(value, f"{path}[{i}]") for i, value in enumerate(said)]
    else:
        return None
    return next((found for value, at in inner if (found := _endless(value, at))), None)
