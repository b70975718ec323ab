"""What a recipe file may hold, key by key; the JSON Schema of the reference is written from it."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from renkei.select.facts import Key

SCHEMA = "renkei.recipe/1"
Action = Literal["review", "exclude"]
Axis = Literal["sex", "age_band", "site", "model"]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
Years = Annotated[int, Meta(ge=0, le=150)]
Count = Annotated[int, Meta(ge=0)]
Share = Annotated[float, Meta(gt=0, le=1)]
Sigma = Annotated[float, Meta(gt=0, description="Robust z, in the metric's worse direction.")]


class Code(Struct, frozen=True, forbid_unknown_fields=True):
    """A finding by its code; it stands for everything below it (J93 for J93.1)."""

    scheme: Text
    value: Text


class Inclusion(Struct, frozen=True, forbid_unknown_fields=True):
    """The cohort. What is left out does not matter; without a wanted finding a case is out."""

    modalities: tuple[Text, ...]
    body_parts: tuple[Text, ...] = ()
    least_age: Years | None = None
    most_age: Years | None = None
    sex: tuple[Literal["F", "M", "O"], ...] = ()
    wanted: tuple[Code, ...] = ()
    unwanted: tuple[Code, ...] = ()


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """The limits of one metric: hard ones exclude; `review`, `z` and `z_pooled` are soft.

    `z` is held against the stratum, `z_pooled` against all of the modality, so that a site that is
    bad as a whole does not hide behind itself.
    """

    metric: Text
    required: bool = False
    exclude: float | None = None
    review: float | None = None
    z: Sigma | None = None
    z_pooled: Sigma | None = None
    codes: dict[str, Action] = {}


class Stratum(Struct, frozen=True, forbid_unknown_fields=True):
    """The median and spread of one metric among like cases, counted in patients.

    `median` and `spread` (1.4826 x MAD) are on the metric's scale: of ln x where it is "log".
    A match of the modality alone is the pooled reference.
    """

    metric: Text
    match: dict[Key, str]
    median: float
    spread: Annotated[float, Meta(ge=0)]
    patients: Count
    source: str = ""


class Quota(Struct, frozen=True, forbid_unknown_fields=True):
    """How many patients of a group are selected; without `value` it holds for each group.

    `at_most` and `at_most_share` set cases aside, `at_least` and `at_least_share` only warn.
    """

    of: Axis
    value: Text | None = None
    at_most: Count | None = None
    at_most_share: Share | None = None
    at_least: Count | None = None
    at_least_share: Share | None = None


class RecipeFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A recipe of selection: the cohort, the limits of each metric, quotas and strata."""

    schema: Literal["renkei.recipe/1"]
    name: Text
    version: Text
    inclusion: Inclusion
    description: str = ""
    seed: int = 0
    second_look: Annotated[float, Meta(ge=0, le=1, description="Share of accepts shown again.")] = 0
    rule: tuple[Rule, ...] = ()
    stratum: tuple[Stratum, ...] = ()
    quota: tuple[Quota, ...] = ()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a recipe."""
    said: dict[str, Any] = msgspec.json.schema(RecipeFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}
