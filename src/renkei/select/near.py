"""Near duplicates: the same scan re-windowed, cropped, mirrored, compressed, resampled, thinned.

Neighbouring slices of one scan look alike, and so do some slices of two people. What counts is the
share of slices that find a partner, and that the partners follow each other in one order.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import faiss
import numpy as np
from numpy.typing import NDArray

from renkei.select.duplicates import LEAST_SHARE, Kind, overlap
from renkei.select.prints import BYTES, POSITIONS, CasePrint

# Bits of 256. Unrelated slices of two people: see docs/reference/select/duplicates.md.
NEAR_BITS = 60
# One image alone, such as a slide, has no order to agree in.
FEW, NEAR_BITS_FEW = 5, 36
# Neighbouring slices are partners as good as one another.
TIED_BITS = 6
SAMPLES = 32
WHOLE = 0.75
MIRRORED = frozenset({1, 2, 4, 7})


@dataclass(frozen=True, slots=True)
class Match:
    """Two cases that hold the same images.

    `share` is that of the shorter case's slices, `bits` the middle distance (0 to 256), `how` what
    was probably done: mirrored, turned, reversed, thinned, part, resized, values_changed.
    """

    kind: Kind
    share: float
    bits: float
    how: tuple[str, ...] = ()


def compare(ours: CasePrint, theirs: CasePrint) -> Match | None:
    """Return how two cases match; None when they do not, or one has nothing to compare."""
    shorter = min(len(ours), len(theirs))
    if not shorter:
        return None
    equal = overlap(_digests(ours), _digests(theirs))
    if equal >= LEAST_SHARE:
        return Match(Kind.IDENTICAL, round(equal, 4), 0.0)
    limit = NEAR_BITS if shorter >= FEW else NEAR_BITS_FEW
    best: tuple[int, list[tuple[int, int]], bool, NDArray[np.int64]] | None = None
    for position in range(POSITIONS):
        bits = _distances(ours.views[:, position], theirs.own)
        near = np.argwhere(bits <= np.minimum(limit, bits.min(axis=1, keepdims=True) + TIED_BITS))
        pairs = [(int(i), int(j)) for i, j in near]
        # Of the partners of one slice the chain may take one only: the last comes first.
        forth = _rising(sorted(pairs, key=lambda pair: (pair[0], -pair[1])))
        back = [(i, -j) for i, j in _rising([(i, -j) for i, j in pairs])]
        chain = forth if len(forth) >= len(back) else back
        if best is None or len(chain) > len(best[1]):
            best = position, chain, len(back) > len(forth), bits
    if best is None or len(best[1]) / shorter < LEAST_SHARE:
        return None
    position, chain, backwards, bits = best
    how = _how(ours, theirs, position, chain, backwards=backwards)
    middle = float(np.median([bits[i, j] for i, j in chain]))
    return Match(Kind.NEAR, round(len(chain) / shorter, 4), middle, how)


def likely(ours: CasePrint, others: Sequence[NDArray[np.uint8]]) -> list[int]:
    """Return which of many cases may match, by an exact search with up to 32 slices of ours.

    `others` are the `own` hashes of each case, (n, 32). Every one that could pass `compare` with
    a 32nd of our slices is found.
    """
    if not len(ours) or not sum(len(one) for one in others):
        return []
    picked = np.unique(np.linspace(0, len(ours) - 1, SAMPLES).round().astype(int))
    queries = np.unique(ours.views[picked].reshape(-1, BYTES), axis=0)
    index = faiss.IndexBinaryFlat(BYTES * 8)
    index.add(np.concatenate(list(others)))
    _, _, hits = index.range_search(queries, NEAR_BITS + 1)
    ends = np.cumsum([len(one) for one in others])
    return [int(i) for i in np.unique(np.searchsorted(ends, hits, side="right"))]


def find_near(prints: Sequence[CasePrint]) -> Iterable[tuple[int, int, Match]]:
    """Yield each pair of cases that match, by their place in `prints`."""
    owns = [one.own for one in prints]
    for second in range(1, len(prints)):
        for first in likely(prints[second], owns[:second]):
            found = compare(prints[second], prints[first])
            if found is not None:
                yield first, second, found


def _digests(one: CasePrint) -> set[bytes]:
    return {row.tobytes() for row in one.sha256}


def _distances(ours: NDArray[np.uint8], theirs: NDArray[np.uint8]) -> NDArray[np.int64]:
    a = np.ascontiguousarray(ours).view(np.uint64)
    b = np.ascontiguousarray(theirs).view(np.uint64)
    found: NDArray[np.int64] = np.bitwise_count(a[:, None] ^ b[None]).sum(axis=2, dtype=np.int64)
    return found


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest run of pairs, not necessarily adjacent, whose second numbers rise."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        at[length : length + 1] = [number]
    chain = []
    number = at[-1] if at else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _how(
    ours: CasePrint,
    theirs: CasePrint,
    position: int,
    chain: Sequence[tuple[int, int]],
    *,
    backwards: bool,
) -> tuple[str, ...]:
    found = []
    if position:
        found.append("mirrored" if position in MIRRORED else "turned")
    if backwards and len(chain) > 1:
        found.append("reversed")
    shorter, longer = sorted((len(ours), len(theirs)))
    if shorter < WHOLE * longer:
        side = 1 if len(theirs) == longer else 0
        steps = [abs(b[side] - a[side]) for a, b in pairwise(chain)]
        found.append("thinned" if steps and np.median(steps) > 1 / WHOLE else "part")
    if sorted(ours.matrix) != sorted(theirs.matrix):
        found.append("resized")
    elif not position:
        found.append("values_changed")
    return tuple(found)
