"""What a step is: a name, a version, its parameters with their limits, and one pure function."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from renkei.errors import DataRefusedError
from renkei.preprocess.held import Kind

Params = Mapping[str, Any]
MOST_NUMBERS = 1000
LONGEST_NAME = 100


class BadParameterError(DataRefusedError):
    """A plan gives a step a parameter that it does not take."""


class StepRefusedError(DataRefusedError):
    """The step would have to guess, so it gives no result."""


class Finding(StrEnum):
    """What a step's own checks say of its result."""

    ACCEPT = "accept"
    REVIEW = "review"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Done:
    """What a step gives: what it made, what was measured on the way, and the verdict on it.

    `scans` are one for each that went in. `files` go beside the results by their name: a
    transform, a table of growth.
    """

    scans: tuple[Any, ...]
    measures: Mapping[str, float] = field(default_factory=dict)
    finding: Finding = Finding.ACCEPT
    code: str | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def scan(self) -> Any:
        """Return what a step made that gave one thing."""
        (one,) = self.scans
        return one


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: its kind, default and limits; `count` numbers make a list, 0 any many.

    A text without choices is a name, such as that of a table's column.
    """

    kind: Literal["number", "text", "flag"]
    default: Any
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    count: int = 1
    unit: str = ""

    def check(self, name: str, value: object) -> Any:
        """Return the value as the step wants it.

        Raises:
            BadParameterError: Wrong type, out of range, or not one of the choices.
        """
        if self.count != 1:
            if not isinstance(value, list | tuple) or len(value) > MOST_NUMBERS:
                raise BadParameterError(f"{name} takes a list of numbers.")
            if self.count and len(value) != self.count:
                raise BadParameterError(f"{name} takes a list of {self.count} numbers.")
            return tuple(self._one(name, item) for item in value)
        return self._one(name, value)

    def _one(self, name: str, value: object) -> Any:
        if self.kind == "flag":
            if not isinstance(value, bool):
                raise BadParameterError(f"{name} is true or false.")
            return value
        if self.kind == "text" and not self.choices:
            if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
                raise BadParameterError(f"{name} is a name of up to {LONGEST_NAME} characters.")
            return value
        if self.kind == "text":
            if value not in self.choices:
                raise BadParameterError(f"{name} is one of {', '.join(self.choices)}.")
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadParameterError(f"{name} is a number.")
        if (self.low is not None and value < self.low) or (
            self.high is not None and value > self.high
        ):
            raise BadParameterError(f"{name} lies between {self.low} and {self.high} {self.unit}.")
        return float(value)


class Takes(StrEnum):
    """How many scans a step sees at once."""

    ONE = "one"
    PAIR = "pair"
    SERIES = "series"


@dataclass(frozen=True, slots=True)
class Step:
    """One way to change a scan.

    `run` is called as (scan, params); of a pair as (scan, fixed, params), where `fixed` is what it
    is aligned to; of a series as (scans, params), in order of time. `on` is what it works on.
    A line of a plan may interpolate once: `interpolates` says that this step does. What is costly
    is kept by its key (`keeps`), so that a changed later step does not run it again. `fit`
    learns parameters from the scans of the training part. On another machine or version a voxel
    may come out up to `tolerance` away; `cost` is CPU seconds for a million voxels of the inputs.
    `mends` are the oddities of a series (`renkei.imaging.stack.StackCode`) that it repairs.
    """

    name: str
    params: Mapping[str, Param]
    run: Callable[..., Done]
    version: str = "1"
    takes: Takes = Takes.ONE
    on: Kind = Kind.VOLUME
    interpolates: bool = False
    keeps: bool = False
    fit: Callable[[Sequence[Any], Params], dict[str, Any]] | None = None
    mends: frozenset[str] = frozenset()
    tolerance: float = 0.0
    cost: float | None = None

    def settle(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters with defaults filled in.

        Raises:
            BadParameterError: One is unknown or out of its limits.
        """
        if unknown := sorted(set(given) - set(self.params)):
            raise BadParameterError(f"The step {self.name} takes no {unknown[0]!r}.")
        return {
            name: param.check(f"{self.name}.{name}", given.get(name, param.default))
            for name, param in self.params.items()
        }
