"""Run a computing tool on one label of a set; the others keep their voxels, unless told to give."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.annotate.compare import label_set
from renkei.annotate.tool import Scene, ToolRefusedError, Values
from renkei.annotate.tools import TOOLS
from renkei.annotate.vocabulary import Vocabulary, load_vocabulary
from renkei.imaging.labels import LabelSet, pack, unpack
from renkei.plugins import by_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Which tool on which label, and what it is given.

    `scribbles` are rows (start, length, value) of voxels in scan order. Without `keep_others` the
    label takes voxels from the others of its group.
    """

    tool: str
    key: str
    values: Values
    other: str | None = None
    scribbles: tuple[tuple[int, int, int], ...] = ()
    keep_others: bool = True


@dataclass(frozen=True, slots=True)
class Image:
    """An image as the platform keeps it: int16 little-endian, (z, y, x), and its scale."""

    voxels: bytes
    slope: float
    intercept: float
    hounsfield: bool


def run_tool(packed: bytes, vocabulary: str, call: Call, image: Image | None) -> bytes:
    """Run a tool on packed labels and return the labels that follow; for another process."""
    labels = unpack(packed)
    voxels = None
    if image is not None:
        stored = np.frombuffer(image.voxels, dtype="<i2").reshape(labels.geometry.shape)
        plain = (image.slope, image.intercept) == (1.0, 0.0)
        voxels = stored if plain else stored * np.float32(image.slope) + np.float32(image.intercept)
    found = use_tool(
        labels,
        load_vocabulary(vocabulary),
        call,
        voxels=voxels,
        hounsfield=image is not None and image.hounsfield,
    )
    return pack(found)


def use_tool(
    labels: LabelSet,
    words: Vocabulary,
    call: Call,
    *,
    voxels: NDArray[Any] | None = None,
    hounsfield: bool = False,
) -> LabelSet:
    """Return the labels after a tool; the label must be in the set, an empty one too.

    Raises:
        NoSuchPluginError: There is no such tool.
        UnknownTermError: A label is not in the vocabulary.
        ToolRefusedError: A number lies outside its bounds, or a scribble outside the image.
        DataRefusedError: The tool lacks what it works on.
    """
    tool, term = by_name(TOOLS, call.tool), words.term(call.key)
    masks = {segment.name: segment.mask for segment in labels.segments}
    empty = np.zeros(labels.geometry.shape, dtype=bool)
    beside = [other.key for other in words.of_group(term.group) if other.key != call.key]
    taken = np.logical_or.reduce([masks.get(key, empty) for key in beside]) if beside else empty
    scene = Scene(
        mask=masks.get(call.key, empty),
        spacing=labels.geometry.spacing,
        taken=taken if call.keep_others else empty,
        voxels=voxels,
        hounsfield=hounsfield,
        other=None if call.other is None else masks.get(words.term(call.other).key, empty),
        scribbles=_scribbles(call, empty.shape) if call.scribbles else None,
    )
    # What a tool of another package gives is held to the same rule.
    changed = tool.run(scene, tool.values(call.values)) & ~(scene.taken & ~scene.mask)
    given = {key: masks[key] & ~changed for key in beside if key in masks}
    return label_set(labels, {**masks, **given, call.key: changed}, words)


def _scribbles(call: Call, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    found = np.zeros(int(np.prod(shape)), dtype=np.uint8)
    for start, length, value in call.scribbles:
        if start + length > found.size:
            raise ToolRefusedError("A scribble lies outside the image: load the case again.")
        found[start : start + length] = value
    return found.reshape(shape)


def numbers_of(text: str) -> Mapping[str, float]:
    """Read the numbers of a tool, written as name=number,name=number.

    Raises:
        ToolRefusedError: They are written otherwise.
    """
    try:
        pairs = (pair.split("=", 1) for pair in text.split(",") if pair)
        return {name.strip(): float(value) for name, value in pairs}
    except ValueError as error:
        raise ToolRefusedError("Write the tool's numbers as name=number.") from error
