"""What a step is: a name, a version, its parameters with their limits, and one pure function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from renkei.errors import DataRefusedError
from renkei.imaging.labels import LabelSet
from renkei.imaging.volume import Volume

Params = Mapping[str, Any]


class BadParameterError(DataRefusedError):
    """A plan gives a step a parameter that it does not take."""


class StepRefusedError(DataRefusedError):
    """The step would have to guess, so it gives no result."""


@dataclass(frozen=True, slots=True)
class Scan:
    """An image and the labels that lie on its grid."""

    image: Volume
    labels: LabelSet | None = None


class Finding(StrEnum):
    """What a step's own checks say of its result."""

    ACCEPT = "accept"
    REVIEW = "review"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Done:
    """What a step gives: the scan, what was measured on the way, and the verdict on it."""

    scan: Scan
    measures: Mapping[str, float] = field(default_factory=dict)
    finding: Finding = Finding.ACCEPT
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: its kind, default and limits; `count` numbers make a list."""

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
        if self.count > 1:
            if not isinstance(value, list | tuple) or len(value) != self.count:
                raise BadParameterError(f"{name} takes a list of {self.count} numbers.")
            return tuple(self._one(name, item) for item in value)
        return self._one(name, value)

    def _one(self, name: str, value: object) -> Any:
        if self.kind == "flag":
            if not isinstance(value, bool):
                raise BadParameterError(f"{name} is true or false.")
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


@dataclass(frozen=True, slots=True)
class Step:
    """One way to change a scan; `pair` steps also see a fixed scan that they align to."""

    name: str
    params: Mapping[str, Param]
    run: Callable[[Scan, Params, Scan | None], Done]
    version: str = "1"
    pair: bool = False

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
