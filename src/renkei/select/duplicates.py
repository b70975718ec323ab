"""Duplicates: the same decoded pixels under another name."""

from collections.abc import Collection
from enum import StrEnum

# Neighbouring or empty slices can be equal by chance, so one equal slice says nothing of a series.
LEAST_SHARE = 0.5


class Kind(StrEnum):
    """Equal pixels, or images that look alike."""

    IDENTICAL = "identical"
    NEAR = "near"


def overlap(ours: Collection[bytes], theirs: Collection[bytes]) -> float:
    """Return the share of the smaller set of pixel hashes that lies in the other; 0 when empty."""
    smaller = min(len(set(ours)), len(set(theirs)))
    return len(set(ours) & set(theirs)) / smaller if smaller else 0.0
