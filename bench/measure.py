"""CPU time of two ways to do the same work, taken in turns, so that a noisy machine hits both."""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).parents[1] / ".venv-peers"


@dataclass(frozen=True)
class Row:
    """One case: ours, the peer's, their ratio (ours / peer), and the goal for it where one is set.

    `met` is None where no goal is set.
    """

    bench: str
    case: str
    ours: float
    peer_name: str
    peer: float | None
    unit: str
    goal: float | None = None
    higher: bool = False

    @property
    def ratio(self):
        return None if not self.peer else self.ours / self.peer

    @property
    def met(self):
        if self.goal is None:
            return None
        figure = self.ours if self.ratio is None else self.ratio
        return figure >= self.goal if self.higher else figure <= self.goal

    def line(self):
        rounded = {k: _short(v) for k, v in (("ours", self.ours), ("peer", self.peer))}
        return {
            "bench": self.bench,
            "case": self.case,
            "ours": rounded["ours"],
            "peer_name": self.peer_name,
            "peer": rounded["peer"],
            "unit": self.unit,
            "ratio": _short(self.ratio),
            "goal": self.goal,
            "met": self.met,
        }


def import_peers():
    """Let peers be imported from their own environment; what ours has is still taken from ours."""
    sys.path += [str(path) for path in PEERS.glob("lib/python3*/site-packages")]


def _short(value):
    return value if value is None else float(f"{value:.4g}")


def cpu_in_turns(*works: Callable[[], object], rounds: int = 7) -> list[float]:
    """Return the median CPU seconds of each work, after one warm-up of each."""
    for work in works:
        work()
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for index, work in enumerate(works):
            started = time.process_time()
            work()
            taken[index].append(time.process_time() - started)
    return [statistics.median(times) for times in taken]


Bench = Callable[[], Iterator[Row]]
