"""Where the hashes of a growing log stand: full subtrees only, so any older root stays computable.

A node is (level, position): the hash over leaves position·2^level … (position+1)·2^level - 1. These
functions name nodes; whoever holds them fetches all of a proof at once.
"""

from collections.abc import Iterable, Mapping, Sequence

from renkei.proof.merkle import EMPTY, NoSuchLeafError, node_hash, split

Node = tuple[int, int]


def covering(start: int, stop: int) -> list[Node]:
    """Return the full subtrees of the RFC 6962 interval [start, stop), left to right."""
    nodes = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash of an interval from those of its subtrees; nothing gives the empty root."""
    if not hashes:
        return EMPTY
    *rest, found = hashes
    for left in reversed(rest):
        found = node_hash(left, found)
    return found


def inclusion_parts(index: int, size: int) -> list[list[Node]]:
    """Return, per hash of the inclusion proof, the subtrees that it is folded from.

    Raises:
        NoSuchLeafError: The log of this size has no such entry.
    """
    if not 0 <= index < size:
        raise NoSuchLeafError("The log of this size has no such entry.")
    parts = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + split(stop - start)
        if index < middle:
            parts.append(covering(middle, stop))
            stop = middle
        else:
            parts.append(covering(start, middle))
            start = middle
    return parts[::-1]


def consistency_parts(old: int, new: int) -> list[list[Node]]:
    """Return, per hash of the consistency proof, the subtrees that it is folded from.

    Raises:
        NoSuchLeafError: The log never had one of these sizes.
    """
    if not 0 < old <= new:
        raise NoSuchLeafError("The log never had this size; take one of its checkpoints.")
    parts = []
    start, stop = 0, new
    while old != stop:
        middle = start + split(stop - start)
        if old <= middle:
            parts.append(covering(middle, stop))
            stop = middle
        else:
            parts.append(covering(start, middle))
            start = middle
    if start > 0:
        parts.append(covering(start, stop))
    return parts[::-1]


def new_nodes(
    size: int, leaves: Iterable[bytes], frontier: Mapping[Node, bytes]
) -> dict[Node, bytes]:
    """Return the nodes that appending `leaves` completes.

    `frontier` holds the nodes of `covering(0, size)`.
    """
    known = dict(frontier)
    made: dict[Node, bytes] = {}
    for index, leaf in enumerate(leaves, size):
        level, position, found = 0, index, leaf
        made[level, position] = found
        while position & 1:
            sibling = (level, position - 1)
            found = node_hash(made.get(sibling) or known[sibling], found)
            level, position = level + 1, position >> 1
            made[level, position] = found
    return made
