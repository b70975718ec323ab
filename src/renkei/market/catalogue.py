"""Counts that may be shown to anybody: small cells hidden, their neighbours too, the rest rounded.

The unit is the patient. One sign stands for every hidden cell, so that nobody can tell a small one
from one that was hidden to protect it.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import TypeAlias

from renkei.errors import DataRefusedError
from renkei.plugins import need_extra

SMALLEST = 10
# What the linear programme calls a goal without an end, and how exact its answers are.
UNBOUNDED, SLACK = 3, 1e-6
BASE = 10
HIDDEN = "<10"
TOTAL = ""  # the name of the margin on both axes

Cell: TypeAlias = tuple[str, str]
Counts: TypeAlias = Mapping[Cell, int]
Shown: TypeAlias = dict[Cell, int | str]


class KeyTooShortError(DataRefusedError):
    """The rounding key must have 32 bytes: with a known key the steps are known."""


def safe_table(
    counts: Counts, key: bytes, *, name: str, previous: tuple[Counts, Shown] | None = None
) -> Shown:
    """Return what may be shown of a table of two axes, with its margins.

    `previous` is the last version's true counts and what was shown of them: a cell that moved by
    1 to 9 repeats its old value, or the difference of two versions would name the newcomer.

    Raises:
        KeyTooShortError: The key has less than 32 bytes.
    """
    if len(key) < 32:
        raise KeyTooShortError("The rounding key needs 32 bytes.")
    full = with_margins(counts)
    if previous is not None:
        full = _repeat_small_moves(full, with_margins(previous[0]))
    hidden = hide(full)
    shown: Shown = {}
    for cell, count in full.items():
        kept = previous[1].get(cell) if previous is not None else None
        moved = previous is None or with_margins(previous[0]).get(cell) != count
        if cell in hidden:
            shown[cell] = HIDDEN
        elif kept is not None and kept != HIDDEN and not moved:
            shown[cell] = kept
        else:
            shown[cell] = rounded(count, key, f"{name}|{cell[0]}|{cell[1]}")
    # Totals that were rounded apart can still bound a small cell together: show fewer of them.
    while _pinned(full, shown):
        totals = [c for c, value in shown.items() if value != HIDDEN and TOTAL in c]
        shown[min(totals, key=lambda c: (c != (TOTAL, TOTAL), full[c], c))] = HIDDEN
    return shown


def _pinned(full: Counts, shown: Shown) -> bool:
    """Tell whether what is shown leaves any small count fewer than ten values.

    Each shown number says that its true sum lies less than 10 away: a linear programme per cell.
    """
    need_extra("imaging", "scipy")
    import numpy as np
    from scipy.optimize import linprog

    cells = [cell for cell in full if TOTAL not in cell]
    known = {cell: int(value) for cell, value in shown.items() if value != HIDDEN}
    if not any(TOTAL in cell for cell in known):
        return False
    sums = np.array(
        [[float(k[0] in {TOTAL, c[0]} and k[1] in {TOTAL, c[1]}) for c in cells] for k in known]
    )
    values = np.array(list(known.values()), dtype=float)
    bounds = {
        "A_ub": np.vstack([sums, -sums]),
        "b_ub": np.concatenate([values + BASE - 1, BASE - 1 - values]),
    }
    for index, cell in enumerate(cells):
        if full[cell] >= SMALLEST:
            continue
        goal = np.zeros(len(cells))
        goal[index] = 1
        least, most = linprog(goal, **bounds), linprog(-goal, **bounds)
        if most.status != UNBOUNDED and -most.fun - least.fun < SMALLEST - 1 - SLACK:
            return True
    return False


def with_margins(counts: Counts) -> dict[Cell, int]:
    """Return the full grid with row, column and grand totals."""
    rows = sorted({row for row, _ in counts})
    columns = sorted({column for _, column in counts})
    full = {(r, c): counts.get((r, c), 0) for r in rows for c in columns}
    for r in rows:
        full[r, TOTAL] = sum(full[r, c] for c in columns)
    for c in [*columns, TOTAL]:
        full[TOTAL, c] = sum(full[r, c] for r in rows)
    return full


def hide(full: Counts) -> frozenset[Cell]:
    """Return the cells that must not be shown.

    Every cell under 10; then, until nothing changes, in each line with exactly one hidden cell the
    next smallest one, for the rest would give it away.
    """
    hidden = {cell for cell, count in full.items() if count < SMALLEST}
    lines = _lines(full)
    while True:
        lonely = [line for line in lines if len(hidden & set(line)) == 1]
        if not lonely:
            return frozenset(hidden)
        free = [cell for cell in lonely[0] if cell not in hidden]
        if not free:
            return frozenset(hidden)
        hidden.add(min(free, key=lambda cell: (cell[0] == TOTAL or cell[1] == TOTAL, full[cell])))


def _lines(full: Counts) -> list[list[Cell]]:
    rows = sorted({r for r, _ in full})
    columns = sorted({c for _, c in full})
    across = [[(r, c) for c in columns] for r in rows]
    down = [[(r, c) for r in rows] for c in columns]
    return [line for line in across + down if len(line) > 1]


def rounded(count: int, key: bytes, cell: str) -> int:
    """Return `count` rounded to a multiple of 10, up with probability rest/10, always the same."""
    rest = count % BASE
    draw = int.from_bytes(hmac.new(key, cell.encode(), sha256).digest()[:8], "big")
    return count - rest + (BASE if draw % BASE < rest else 0)


def _repeat_small_moves(now: dict[Cell, int], before: Counts) -> dict[Cell, int]:
    return {
        cell: before[cell] if cell in before and 0 < abs(count - before[cell]) < BASE else count
        for cell, count in now.items()
    }
