"""What jobs compute, bytes in and bytes or JSON out, so that it runs in another process."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from renkei import child
from renkei.annotate.compare import Choice, Dispute, compare, label_set, settle
from renkei.annotate.facts import Facts, facts_of_volume, technique_of
from renkei.annotate.files import (
    WITH_IMAGE,
    Format,
    read_dicom,
    read_labels,
    read_outlines,
    write_labels,
)
from renkei.annotate.strokes import Canvas, canvas_of
from renkei.annotate.view import grid_of_header, read_task_image
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.labels import LabelSet, label_hash, pack, unpack
from renkei.imaging.outlines import Outline

# Whoever imports this has it run by children.
child.preload(__name__)
ONLY_A, ONLY_B, BOTH, OTHER = 1, 2, 3, 4


def compare_packed(a: bytes, b: bytes, vocabulary: str) -> dict[str, Any]:
    """Compare two packed readings and return the results."""
    return compare(unpack(a), unpack(b), load_vocabulary(vocabulary)).to_json()


def settle_packed(
    a: bytes,
    b: bytes,
    vocabulary: str,
    decided: Sequence[tuple[dict[str, Any], str]],
    drawn: bytes | None,
) -> tuple[bytes, str]:
    """Return the packed labels that follow from decisions, and their hash."""
    pairs = [
        (
            Dispute(
                row["key"],
                row["reason"],
                tuple(row["lesions_a"]),
                tuple(row["lesions_b"]),
                row["slice"],
            ),
            Choice(choice),
        )
        for row, choice in decided
    ]
    own = None if drawn is None else unpack(drawn)
    settled = settle(unpack(a), unpack(b), load_vocabulary(vocabulary), pairs, own)
    return pack(settled), label_hash(settled)


def import_packed(
    data: bytes,
    kind: str,
    vocabulary: str,
    image: tuple[Sequence[bytes], str, str] | dict[str, Any],
    values: dict[int, str] | None,
) -> tuple[bytes, str]:
    """Read a label file onto the grid of its image; return it packed, and its hash.

    `image` is the files of the image, or the header that was read from them before.
    """
    volume = grid_of_header(image) if isinstance(image, dict) else read_task_image(*image)
    labels = read_labels(
        data, Format(kind), load_vocabulary(vocabulary), image=volume, values=values
    )
    return pack(labels), label_hash(labels)


def import_outlines(data: bytes, kind: str, vocabulary: str) -> tuple[Outline, ...]:
    """Read a slide's outlines, named by the vocabulary."""
    return read_outlines(data, Format(kind), load_vocabulary(vocabulary))


def export_packed(
    packed: bytes, kind: str, files: Sequence[bytes], assisted: Sequence[str] = ()
) -> bytes:
    """Return packed labels in another format; `files` are the image's objects, for DICOM."""
    sources = read_dicom(files)[1] if kind in WITH_IMAGE else ()
    return write_labels(unpack(packed), Format(kind), sources=sources, assisted=assisted)


def measure_packed(
    packed: bytes, vocabulary: str, image: tuple[Sequence[bytes], str, str]
) -> Facts:
    """Return the facts of packed labels on their image."""
    volume = read_task_image(*image)
    return facts_of_volume(
        unpack(packed),
        load_vocabulary(vocabulary),
        modality=image[2],
        voxels=volume.voxels,
        sop_uids=volume.sop_uids,
        technique=technique_of(volume.facts),
    )


def group_of(packed: bytes, vocabulary: str, group: str) -> bytes:
    """Return one group of packed labels as one byte per voxel."""
    return canvas_of(unpack(packed), load_vocabulary(vocabulary))[group].tobytes()


def difference_of(a: bytes, b: bytes, vocabulary: str, group: str) -> bytes:
    """Return where two readings differ: 1 only A, 2 only B, 3 both the same, 4 another label."""
    words = load_vocabulary(vocabulary)
    first, second = (canvas_of(unpack(packed), words)[group] for packed in (a, b))
    found = np.zeros(first.shape, dtype=np.uint8)
    found[(first > 0) & (second == 0)] = ONLY_A
    found[(first == 0) & (second > 0)] = ONLY_B
    found[(first > 0) & (first == second)] = BOTH
    found[(first > 0) & (second > 0) & (first != second)] = OTHER
    return found.tobytes()


def pack_canvas(
    canvas: Canvas,
    geometry: Any,
    vocabulary: str,
    keys: Sequence[str],
    marks: Sequence[dict[str, Any]] = (),
) -> tuple[bytes, str]:
    """Return the labels `keys` of a canvas packed, and their hash; the others are left out.

    A key that is measured stands in the masks only to say that it is absent.
    """
    words = load_vocabulary(vocabulary)
    measured = {mark["key"] for mark in marks}
    empty = np.zeros(geometry.shape, dtype=bool)
    masks = {
        term.key: canvas[term.group] == term.number if term.is_drawn else empty
        for term in words.terms
        if term.key in keys and (term.is_drawn or term.key not in measured)
    }
    labels = label_set(LabelSet(geometry, (), marks=tuple(marks)), masks, words)
    return pack(labels), label_hash(labels)
