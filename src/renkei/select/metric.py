"""What a metric is: a name, a unit, where it applies, which way is worse, and one function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from renkei.imaging.slide import Slide
from renkei.imaging.volume import Volume

Worse = Literal["high", "low"]
Scale = Literal["log", "linear"]


@dataclass(frozen=True, slots=True)
class Case:
    """What a metric sees: one series, read into a volume or refused with codes, or one slide."""

    modality: str
    volume: Volume | None = None
    slide: Slide | None = None
    problems: tuple[str, ...] = ()
    instances: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with what it rests on; `value` None means not applicable, and `reason` says why.

    `n` counts what was looked at (slices, tiles). `codes` are findings that are wrong by
    themselves, whatever the limits. `facts` hold further numbers for the person who looks.
    """

    value: float | None
    n: int = 0
    reason: str | None = None
    codes: tuple[str, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure of fitness; its limits belong to the recipe, never to the metric.

    `scale` is how values spread inside a stratum, and `floor` the smallest spread (1.4826 x MAD,
    on that scale) that a robust z may divide by.
    """

    name: str
    unit: str
    modalities: frozenset[str]
    worse: Worse
    measure: Callable[[Case], Measured]
    version: str = "1"
    scale: Scale = "linear"
    floor: float = 1e-6


def not_applicable(reason: str) -> Measured:
    """Return the answer of a metric that cannot say anything here."""
    return Measured(value=None, reason=reason)
