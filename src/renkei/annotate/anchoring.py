"""Anchoring: how far a proposal pulls readers towards itself, seen in cases read without it."""

import hmac
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from renkei.annotate.agreement import bootstrap

SHARE = 0.1
_WHOLE = 2**64


def reads_without(key: bytes, task: str, reader: str, *, share: float = SHARE) -> bool:
    """Tell whether a reader gets a task without the proposal; fixed before it is opened.

    Keyed, so that nobody can choose the cases, and the same each time it is asked.
    """
    drawn = hmac.new(key, f"{task}\n{reader}".encode(), sha256).digest()
    return int.from_bytes(drawn[:8], "big") < share * _WHOLE


@dataclass(frozen=True, slots=True)
class Read:
    """One label that was read: how near it came to the proposal, and whether it met the gold."""

    patient: str
    prefilled: bool
    nearness: float
    met_gold: bool | None = None


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Nearness (surface Dice) to the proposal with and without seeing it; None where unknown.

    A high `pull` at an equal rate of gold is habit; at a lower rate it is error taken over.
    """

    reads: int
    reads_without: int
    nearness: float | None
    nearness_without: float | None
    pull: float | None
    pull_interval: tuple[float, float] | None
    gold: float | None
    gold_without: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return asdict(self)


def anchoring(reads: Sequence[Read]) -> Anchoring:
    """Measure the pull of the proposal; its interval is over draws of whole patients."""
    seen = [read for read in reads if read.prefilled]
    unseen = [read for read in reads if not read.prefilled]
    by_patient: dict[str, list[Read]] = {}
    for read in reads:
        by_patient.setdefault(read.patient, []).append(read)
    return Anchoring(
        reads=len(seen),
        reads_without=len(unseen),
        nearness=_mean([read.nearness for read in seen]),
        nearness_without=_mean([read.nearness for read in unseen]),
        pull=_pull(list(reads)),
        pull_interval=bootstrap(by_patient, _pull),
        gold=_mean([read.met_gold for read in seen if read.met_gold is not None]),
        gold_without=_mean([read.met_gold for read in unseen if read.met_gold is not None]),
    )


def _pull(reads: list[Read]) -> float | None:
    seen = _mean([read.nearness for read in reads if read.prefilled])
    unseen = _mean([read.nearness for read in reads if not read.prefilled])
    return None if seen is None or unseen is None else seen - unseen


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
