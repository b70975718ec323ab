"""Find words in pictures; the one door to rapidocr, whose models lie inside its wheel."""

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from renkei import child
from renkei.deid.mask import Box
from renkei.deid.project import Picture, project
from renkei.errors import MissingExtraError

MARGIN = 4  # pixels around what was found: letters have soft edges
# Below this size a letter of 8 pixels is lost; the picture is enlarged for reading.
SMALL = 400
MAX_SIDE = 4096
HUGE = 0.3  # of the picture, both ways
SECONDS, MEMORY_MB = 600.0, 6144


class NoReaderError(MissingExtraError):
    """The part that finds words in pictures is not installed."""


@dataclass(frozen=True, slots=True)
class Word:
    """One place where letters stand, what they seem to say, and how sure that is (0 to 1)."""

    box: Box
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in a series: pictures (y, x) of it, and the words in any of them."""

    pictures: tuple[Picture, ...]
    words: tuple[Word, ...]


def look_at(files: Sequence[Path], *, seconds: float = SECONDS) -> Look:
    """Look for words in all frames of a series, in a process of its own with limits.

    Raises:
        NoReaderError: rapidocr is not installed.
        MixedSizesError: The pictures differ in size.
        DataRefusedError, TimeLimitError: A picture cannot be decoded, or not in time.
    """
    if importlib.util.find_spec("rapidocr") is None:
        raise NoReaderError("Words in pictures cannot be read; install renkei[hospital].")
    return child.call(look, list(files), seconds=seconds, memory_mb=MEMORY_MB)


def look(files: Sequence[Path | bytes]) -> Look:
    """Look for words here, without limits: for pictures that are trusted."""
    pictures = project(files)
    words = [word for picture in pictures for word in read_words(picture)]
    return Look(tuple(pictures), merge(words))


def read_words(picture: Picture) -> list[Word]:
    """Return the words of one grey picture (y, x), boxes with a margin, within the picture."""
    rows, columns = picture.shape
    scale = 2 if max(rows, columns) < SMALL else 1
    large = picture.repeat(scale, axis=0).repeat(scale, axis=1)
    found = _reader()(np.stack([large] * 3, axis=-1))
    if found.boxes is None:
        return []
    words = []
    for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        across, down = (np.asarray(corners)[:, axis] / scale for axis in (0, 1))
        box = Box(
            left=max(0, int(across.min()) - MARGIN),
            top=max(0, int(down.min()) - MARGIN),
            right=min(columns, int(np.ceil(across.max())) + MARGIN),
            bottom=min(rows, int(np.ceil(down.max())) + MARGIN),
        )
        # A ring of bone reads as one huge letter; words are lines.
        if box.right - box.left < columns * HUGE or box.bottom - box.top < rows * HUGE:
            words.append(Word(box, str(text), round(float(score), 3)))
    return words


def merge(words: Sequence[Word]) -> tuple[Word, ...]:
    """Join words that lie over each other, seen in several windows; the surest reading stays."""
    left = sorted(words, key=lambda word: -word.score)
    merged: list[Word] = []
    for word in left:
        for n, other in enumerate(merged):
            if _same(word.box, other.box):
                merged[n] = Word(_around(word.box, other.box), other.text, other.score)
                break
        else:
            merged.append(word)
    return tuple(sorted(merged, key=lambda word: (word.box.top, word.box.left)))


def _same(one: Box, other: Box) -> bool:
    """Tell whether two boxes lie over each other and are of a size: else both are covered."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    smaller = min(_area(one), _area(other))
    shared = max(0, width) * max(0, height)
    return shared > smaller / 2 and _area(_around(one, other)) < 3 * smaller


def _area(box: Box) -> int:
    return (box.right - box.left) * (box.bottom - box.top)


def _around(one: Box, other: Box) -> Box:
    return Box(
        min(one.left, other.left), min(one.top, other.top),
        max(one.right, other.right), max(one.bottom, other.bottom),
    )  # fmt: skip


@cache
def _reader() -> Any:
    # A word that was found and cannot be read stays found: it is covered all the same.
    return importlib.import_module("rapidocr").RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.text_score": 0.0,
            "Global.use_cls": False,
            "Global.max_side_len": MAX_SIDE,
            # Two threads cost a half more in all, and the computer has other work to do.
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
