"""What a metric is: a name, a unit, where it applies, which way is worse, and two functions.

`look` says something small of one part (a slice, a tile of tissue), `sum_up` makes one value of
what was said. All metrics of a case share one pass over its parts, and nothing keeps the pixels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from renkei.select.case import Case

Worse = Literal["high", "low"]
Scale = Literal["log", "linear"]
Aspect = Literal["artefact", "coverage", "completeness", "content"]
SERIES = frozenset({"CT", "MR", "PT"})
SLIDES = frozenset({"SM"})
MOST_PLACES = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault lies: a slice by its number in the stack, a box in it, or both.

    `box` is (left, top, width, height) in pixels of the slice, or of level 0 of a slide. In a
    table it is a `row`, from 1 below the header, and a `column`.
    """

    code: str
    slice: int | None = None
    box: tuple[int, int, int, int] | None = None
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with what it rests on; `value` None means not applicable, and `reason` says why.

    `n` counts what was looked at (slices, tiles). `codes` are findings that are wrong by
    themselves, whatever the limits. `facts` hold further numbers, `places` where to look.
    """

    value: float | None
    n: int = 0
    reason: str | None = None
    codes: tuple[str, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure of fitness; its limits belong to the recipe, never to the metric.

    `scale` is how values spread inside a stratum, and `floor` the smallest spread (1.4826 x MAD,
    on that scale) that a robust z may divide by. `aspect` is the grade that it counts for.
    """

    name: str
    unit: str
    modalities: frozenset[str]
    worse: Worse
    sum_up: Callable[[Case, Sequence[Any]], Measured]
    look: Callable[[Any], Any] | None = None
    aspect: Aspect = "artefact"
    version: str = "1"
    scale: Scale = "linear"
    floor: float = 1e-6


def not_applicable(reason: str) -> Measured:
    """Return the answer of a metric that cannot say anything here."""
    return Measured(value=None, reason=reason)


def measure(case: Case, *metrics: Metric) -> list[Measured]:
    """Measure a case by each metric, in one pass over its slices or tiles."""
    said: dict[str, list[Any]] = {metric.name: [] for metric in metrics}
    looking = [(metric.look, said[metric.name]) for metric in metrics if metric.look]
    if looking:
        for part in case.parts():
            for look, answers in looking:
                answers.append(look(part))
    return [metric.sum_up(case, said[metric.name]) for metric in metrics]
