"""What the routes of selection take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from renkei.select.duplicates import Kind
from renkei.select.server.tables import DuplicateState, OverrideState
from renkei.select.verdict import Outcome
from renkei.server.web import In, Out

Why = Annotated[str, StringConstraints(min_length=3, max_length=2000)]


class CaseOut(Out):
    """A judged series or slide as lists show it; `id` is the series' or slide's."""

    id: UUID
    verdict_id: UUID
    created_at: datetime
    kind: str
    site_id: UUID
    site: str | None
    subject_id: UUID
    pseudonym: str | None
    made: bool
    modality: str
    body_part: str | None
    kernel: str | None
    outcome: Outcome
    standing: Outcome
    reason_codes: list[str]
    nearest: float | None
    grade: int | None
    over_quota: bool
    recipe_sha256: str


class OverrideOut(Out):
    """A person's decision."""

    id: UUID
    created_at: datetime
    outcome: Outcome
    reason: str
    by: str
    by_name: str | None = None
    state: OverrideState
    confirmed_by: str | None
    confirmed_by_name: str | None = None
    confirmed_at: datetime | None


class CaseDetailOut(CaseOut):
    """A case with every number that its verdict rests on, and who decided what."""

    reasons: list[dict[str, Any]]
    metrics: list[dict[str, Any]]
    stratum: dict[str, str]
    grades: dict[str, int | None]
    by: str
    recipe: str | None
    recipe_id: UUID | None
    overrides: list[OverrideOut]


class OverrideIn(In):
    """Decide otherwise than the verdict."""

    outcome: Outcome
    reason: Why


class RecipeIn(In):
    """A recipe as TOML."""

    toml: Annotated[str, StringConstraints(max_length=200_000, strip_whitespace=False)]


class RecipeOut(Out):
    """A recipe as lists show it."""

    id: UUID
    created_at: datetime
    name: str
    version: str
    sha256: str
    in_force: bool


class RecipeDetailOut(RecipeOut):
    """A recipe with its text."""

    toml: str


class JudgeIn(In):
    """Which cases to judge again, by the recipe in force; None judges all."""

    case_ids: Annotated[list[UUID], Field(max_length=1000)] | None = None


class JudgeOut(Out):
    """How many jobs were queued."""

    queued: int


class BoxOut(Out):
    """Counts of one unit: assessed = selected + review + over_quota + excluded."""

    unit: str
    assessed: int
    selected: int
    review: int
    over_quota: int
    excluded: int
    first_reason: dict[str, int]
    all_reasons: dict[str, int]


class StepOut(Out):
    """One box of a CONSORT diagram; `out` holds who leaves before it, by reason."""

    name: str
    n: int
    out: dict[str, int]


class FlowOut(Out):
    """The flow of cases through selection, with charts as Vega-Lite.

    `consort` holds the boxes of the diagram by unit, `consort_chart` that of the patients.
    """

    boxes: list[BoxOut]
    chart: dict[str, Any]
    consort: dict[str, list[StepOut]]
    consort_chart: dict[str, Any]


class DryRunIn(RecipeIn):
    """A recipe to try; `against` is another one, `in_force` compares with the one in force."""

    against: Annotated[
        str | None, StringConstraints(max_length=200_000, strip_whitespace=False)
    ] = None
    in_force: bool = False


class ShareOut(Out):
    """n of so many patients, with its Wilson interval of 95 %."""

    n: int
    of: int
    share: float
    low: float
    high: float


class GroupOut(Out):
    """What a rule does to one group; `held` are excluded or wait for a person."""

    axis: str
    value: str
    excluded: ShareOut
    held: ShareOut


class RemovalOut(Out):
    """What one rule takes out, in patients per modality and in series; `all` is every rule."""

    rule: str
    assessed: int
    excluded_alone: int
    held_alone: int
    excluded_in_order: int
    series_alone: int
    series_in_order: int
    groups: list[GroupOut]


class WarnedOut(Out):
    """A rule takes more from one group than from the others; `p` is corrected after Holm."""

    rule: str
    axis: str
    value: str
    what: str
    share: float
    others: float
    p: float


class BalanceOut(Out):
    """A group's share, or the mean age, before and after, and the standardised difference."""

    axis: str
    value: str
    before: float
    after: float | None
    difference: float | None


class QuotaOut(Out):
    """One quota for one group after the draw."""

    of: str
    value: str
    patients: int
    share: float
    met: bool
    at_most: int | None
    at_most_share: float | None
    at_least: int | None
    at_least_share: float | None


class MoveOut(Out):
    """How many cases stand so by one recipe and so by the other."""

    before: str
    after: str
    n: int


class ChangeOut(Out):
    """A case that two recipes see differently."""

    case: UUID
    before: str
    after: str
    reasons_before: list[str]
    reasons_after: list[str]


class ComparisonOut(Out):
    """Two recipes over the same cases; `changed` counts all, `changes` hold up to 500."""

    before: dict[str, str]
    after: dict[str, str]
    moves: list[MoveOut]
    changed: int
    changes: list[ChangeOut]


class DryRunOut(Out):
    """What a recipe would do to the cases that are judged already; nothing has changed."""

    recipe: dict[str, str]
    flow: list[BoxOut]
    consort: dict[str, list[StepOut]]
    chart: dict[str, Any]
    rules: list[RemovalOut]
    warnings: list[WarnedOut]
    balance: list[BalanceOut]
    quotas: list[QuotaOut]
    not_measured: dict[str, int]
    other_version: dict[str, int]
    records: int
    comparison: ComparisonOut | None


class StratumOut(Out):
    """Median and spread of one metric among like cases, on the metric's scale."""

    metric: str
    match: dict[str, str]
    median: float
    spread: float
    patients: int
    source: str


class StrataOut(Out):
    """The strata of the judged cases, also as TOML to be pasted below a recipe."""

    toml: str
    strata: list[StratumOut]


class PeersOut(Out):
    """One value per patient in a case's stratum and in its modality, in the metric's unit."""

    metric: str
    unit: str
    scale: str
    value: float | None
    stratum: dict[str, str]
    peers: list[float]
    pooled: list[float]


class DrawnOut(Out):
    """How many patients stand accepted, how many are set aside, and how each quota stands."""

    recipe_sha256: str
    patients: int
    over_quota: int
    quotas: list[QuotaOut]


class DuplicateIn(In):
    """What a person says of a pair of cases."""

    state: Literal["confirmed", "dismissed"]
    reason: Why


class DuplicateOut(Out):
    """Two cases that hold the same images; `second_id` is the later one, which waits.

    `share` is that of the shorter case's slices, `bits` the middle distance of 256.
    """

    id: UUID
    created_at: datetime
    first_id: UUID
    second_id: UUID
    first_site: str | None = None
    second_site: str | None = None
    kind: Kind
    across_sites: bool
    share: float
    bits: float
    how: list[str]
    state: DuplicateState
    reason: str | None
    by: str | None
    decided_at: datetime | None
