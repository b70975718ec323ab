"""The stroke log: every change of a mask as runs, chained by hashes, replayed into the mask.

A canvas is one byte per voxel and group: the number of the term there, 0 for none. Voxel
i = x + nx·(y + ny·z).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

import numpy as np
import zstandard
from numpy.typing import NDArray

from renkei.annotate.compare import mask_of
from renkei.annotate.vocabulary import Vocabulary
from renkei.errors import DataRefusedError
from renkei.imaging.labels import LabelSet
from renkei.proof import canonical

MOST_RUNS = 2_000_000
START = "0" * 64
_FIELDS = 5  # group, start, length, old, new
Canvas = dict[str, NDArray[np.uint8]]
Runs = NDArray[np.int64]


class Step(StrEnum):
    """What a stroke of the log is: something new, or an older one taken back or drawn again."""

    DRAW = "draw"
    UNDO = "undo"
    REDO = "redo"


class StrokesRefusedError(DataRefusedError):
    """Runs lie outside the image, overlap, or name no label of their group."""


class StrokesBrokenError(DataRefusedError):
    """A run changes something else than what is there."""


@dataclass(frozen=True, slots=True)
class Run:
    """`length` voxels from `start` in a group went from one label number to another."""

    group: str
    start: int
    length: int
    old: int
    new: int


def pack_runs(runs: Iterable[Run], vocabulary: Vocabulary, voxels: int) -> bytes:
    """Return runs as compressed bytes, checked against the image and the vocabulary.

    Raises:
        StrokesRefusedError: They do not fit, overlap, change nothing, or are more than the limit.
    """
    groups = {group: n for n, group in enumerate(vocabulary.groups)}
    try:
        rows = [(groups[r.group], r.start, r.length, r.old, r.new) for r in runs]
    except KeyError as error:
        raise StrokesRefusedError(
            "A stroke names no group of the vocabulary; take one that it lists."
        ) from error
    return pack_table(np.array(rows, dtype=np.int64).reshape(-1, _FIELDS), vocabulary, voxels)


def pack_table(table: Runs, vocabulary: Vocabulary, voxels: int) -> bytes:
    """Return a table of runs (n, 5) as compressed bytes, checked as `pack_runs` does."""
    _check(table, vocabulary, voxels)
    return zstandard.ZstdCompressor(level=3).compress(table.astype("<i8").tobytes())


def unpack_runs(packed: bytes) -> Runs:
    """Return the table of runs (n, 5): group, start, length, old, new."""
    most = MOST_RUNS * _FIELDS * 8
    raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=most)
    return np.frombuffer(raw, dtype="<i8").reshape(-1, _FIELDS)


def _check(table: Runs, vocabulary: Vocabulary, voxels: int) -> None:
    if not 1 <= len(table) <= MOST_RUNS:
        raise StrokesRefusedError(f"A stroke has 1 to {MOST_RUNS} runs.")
    group, start, length, old, new = table.T
    inside = (start >= 0) & (length > 0) & (start <= voxels) & (length <= voxels - start)
    if not inside.all() or (old == new).any():
        raise StrokesRefusedError(
            "A run lies outside the image or changes nothing; load the case again."
        )
    for n, name in enumerate(vocabulary.groups):
        mine = group == n
        allowed = [0, *(term.number for term in vocabulary.of_group(name))]
        if not (np.isin(old[mine], allowed).all() and np.isin(new[mine], allowed).all()):
            raise StrokesRefusedError(
                "A run names a label that is not in its group; take one of the group."
            )
        order = np.argsort(start[mine], kind="stable")
        first, many = start[mine][order], length[mine][order]
        if (first[1:] < (first + many)[:-1]).any():
            raise StrokesRefusedError("Two runs of one stroke overlap; send each voxel once.")


def stroke_hash(attempt: str, seq: int, previous: str, packed: bytes) -> str:
    """Return the hash that the next stroke names; it covers the runs, not their compression."""
    runs = sha256(unpack_runs(packed).astype("<i8").tobytes()).hexdigest()
    link = {"attempt": attempt, "seq": seq, "previous": previous, "runs": runs}
    return sha256(canonical(link)).hexdigest()


def replay(canvas: Canvas, strokes: Iterable[bytes], vocabulary: Vocabulary) -> Canvas:
    """Apply packed strokes to a canvas in place and return it.

    Raises:
        StrokesBrokenError: A run finds another label than it changes.
    """
    flat = [canvas[group].reshape(-1) for group in vocabulary.groups]
    for packed in strokes:
        for group, start, length, old, new in unpack_runs(packed).tolist():
            part = flat[group][start : start + length]
            if (part != old).any():
                raise StrokesBrokenError("The strokes do not follow from each other.")
            part[:] = new
    return canvas


def difference(before: Canvas, after: Canvas, vocabulary: Vocabulary) -> Runs:
    """Return the runs (n, 5) that lead from one canvas to another."""
    tables = []
    for n, group in enumerate(vocabulary.groups):
        old, new = before[group].reshape(-1), after[group].reshape(-1)
        at = np.flatnonzero(old != new)
        if at.size == 0:
            continue
        breaks = (np.diff(at) != 1) | (np.diff(old[at]) != 0) | (np.diff(new[at]) != 0)
        first = np.flatnonzero(np.concatenate([[True], breaks]))
        lengths = np.diff(np.append(first, at.size))
        group_of = np.full(first.size, n)
        starts = at[first]
        tables.append(np.stack([group_of, starts, lengths, old[starts], new[starts]], axis=1))
    if not tables:
        return np.empty((0, _FIELDS), dtype=np.int64)
    return np.concatenate(tables).astype(np.int64)


def empty_canvas(shape: tuple[int, int, int], vocabulary: Vocabulary) -> Canvas:
    """Return a canvas with nothing drawn."""
    return {group: np.zeros(shape, dtype=np.uint8) for group in vocabulary.groups}


def canvas_of(labels: LabelSet, vocabulary: Vocabulary) -> Canvas:
    """Return the canvas of a label set.

    Raises:
        StrokesRefusedError: Two labels of one group share a voxel.
    """
    canvas = empty_canvas(labels.geometry.shape, vocabulary)
    for term in vocabulary.terms:
        mask = mask_of(labels, term.key)
        if mask is not None and term.is_drawn:
            if canvas[term.group][mask].any():
                raise StrokesRefusedError(
                    "Two labels that exclude each other share voxels; erase one of them there."
                )
            canvas[term.group][mask] = term.number
    return canvas


def drawn(canvas: Canvas, vocabulary: Vocabulary) -> Mapping[str, NDArray[np.bool_]]:
    """Return the mask (z, y, x) of every term."""
    return {t.key: canvas[t.group] == t.number for t in vocabulary.terms if t.is_drawn}
