"""Cases side by side: threads, because what takes the time lets other threads run."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
# Each thread holds a case: more of them would need the memory of a cluster.
MOST = 4


def each(work: Callable[[T], R], cases: Iterable[T]) -> list[R]:
    """Return the answer for each case, in their order."""
    with ThreadPoolExecutor(min(MOST, os.cpu_count() or 1)) as pool:
        return list(pool.map(work, cases))
