"""A recipe: versioned rules of what is fit, with the medians of its strata carried along.

A recipe is TOML. Its hash covers what it says, not how it is laid out, and every verdict names
that hash: same input and same recipe give the same verdict, also when more data arrive later.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from renkei.errors import DataRefusedError, NotFoundError
from renkei.proof import canonical, digest

SCHEMA = "renkei.recipe/1"
LEAST_PATIENTS = 20
BANDS_MM = (1.0, 2.0, 3.0, 5.0)
STRATUM_KEYS = ("modality", "body_part", "kernel", "thickness", "model")
Action = Literal["review", "exclude"]


class BadRecipeError(DataRefusedError):
    """The recipe is not one that this version can read."""


class NoSuchRecipeError(NotFoundError):
    """No recipe of that name comes with Renkei."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A coded finding of the subject; `polarity` present, absent, uncertain or historic."""

    scheme: str
    value: str
    polarity: str = "present"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is known of a case beside its pixels; None is unknown, never a guess."""

    modality: str
    body_part: str | None = None
    kernel: str | None = None
    thickness_mm: float | None = None
    model: str | None = None
    age: int | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def stratum(self) -> dict[str, str]:
        """Return the keys by which like is compared with like; unknown ones are left out."""
        known = {
            "modality": self.modality,
            "body_part": (self.body_part or "").strip().upper(),
            "kernel": (self.kernel or "").strip(),
            "thickness": band(self.thickness_mm) if self.thickness_mm else "",
            "model": (self.model or "").strip(),
        }
        return {key: value for key, value in known.items() if value}


@dataclass(frozen=True, slots=True)
class Stratum:
    """The median and spread of one metric among like cases, counted in patients.

    `median` and `spread` (1.4826 x MAD) are on the metric's scale: of ln x where it is "log".
    """

    metric: str
    match: Mapping[str, str]
    median: float
    spread: float
    patients: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """The limits of one metric: hard ones exclude, soft ones (`review`, `z`) count together."""

    metric: str
    required: bool = False
    exclude: float | None = None
    review: float | None = None
    z: float | None = None
    codes: Mapping[str, Action] = field(default_factory=dict)


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

    def stratum_for(self, metric: str, facts: CaseFacts) -> Stratum | None:
        """Return the stratum with the most keys that all fit the case, or None."""
        own = facts.stratum
        fitting = [
            s
            for s in self.strata
            if s.metric == metric and all(own.get(k) == v for k, v in s.match.items())
        ]
        return max(fitting, key=lambda s: len(s.match), default=None)


def band(thickness_mm: float) -> str:
    """Return the thickness band in mm: `<=1`, `<=2`, `<=3`, `<=5` or `>5`."""
    for top in BANDS_MM:
        if thickness_mm <= top + 1e-3:
            return f"<={top:g}"
    return f">{BANDS_MM[-1]:g}"


def parse_recipe(text: str) -> Recipe:
    """Read a recipe from TOML.

    Raises:
        BadRecipeError: A key is missing, unknown or of the wrong type; the sentence names it.
    """
    try:
        said = tomllib.loads(text)
        if said.get("schema") != SCHEMA:
            raise BadRecipeError(f"A recipe starts with schema = {SCHEMA!r}.")
        return _build(said, text)
    except tomllib.TOMLDecodeError as error:
        raise BadRecipeError(f"The recipe is not TOML: {error}.") from error
    except KeyError as error:
        raise BadRecipeError(f"The recipe lacks {error.args[0]!r}.") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise BadRecipeError(f"The recipe holds a wrong value: {error}.") from error


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


def _build(said: Mapping[str, Any], text: str) -> Recipe:
    _only(said, {"schema", "name", "version", "description", "inclusion", "rule", "stratum"})
    wanted = said["inclusion"]
    _only(wanted, {"modalities", "body_parts", "least_age", "unwanted"})
    least = wanted.get("least_age")
    return Recipe(
        name=str(said["name"]),
        version=str(said["version"]),
        sha256=digest(canonical(dict(said))),
        text=text,
        modalities=tuple(str(m) for m in wanted["modalities"]),
        body_parts=tuple(str(p).upper() for p in wanted.get("body_parts", ())),
        least_age=None if least is None else int(least),
        unwanted=tuple(
            Finding(str(f["scheme"]), str(f["value"])) for f in wanted.get("unwanted", ())
        ),
        rules=tuple(_rule(rule) for rule in said.get("rule", ())),
        strata=tuple(_stratum(stratum) for stratum in said.get("stratum", ())),
    )


def _rule(said: Mapping[str, Any]) -> Rule:
    _only(said, {"metric", "required", "exclude", "review", "z", "codes"})
    codes: dict[str, Action] = {}
    for code, action in said.get("codes", {}).items():
        if action not in {"review", "exclude"}:
            raise ValueError(f"{code} = {action!r}; it may be 'review' or 'exclude'")
        codes[code] = action
    return Rule(
        metric=str(said["metric"]),
        required=bool(said.get("required", False)),
        exclude=_number(said, "exclude"),
        review=_number(said, "review"),
        z=_number(said, "z"),
        codes=codes,
    )


def _stratum(said: Mapping[str, Any]) -> Stratum:
    _only(said, {"metric", "match", "median", "spread", "patients", "source"})
    _only(said["match"], set(STRATUM_KEYS))
    return Stratum(
        metric=str(said["metric"]),
        match={str(k): str(v) for k, v in said["match"].items()},
        median=float(said["median"]),
        spread=float(said["spread"]),
        patients=int(said["patients"]),
        source=str(said.get("source", "")),
    )


def _number(said: Mapping[str, Any], key: str) -> float | None:
    return None if said.get(key) is None else float(said[key])


def _only(said: Mapping[str, Any], known: set[str]) -> None:
    if unknown := set(said) - known:
        raise BadRecipeError(f"The recipe holds an unknown key: {min(unknown)!r}.")
