"""The forest learns an organ from other cases, and finds it whichever way a volume's axes run."""

from dataclasses import replace

import numpy as np
import pytest

from renkei.annotate.assist.forest import ASSIST, learn_and_find
from renkei.annotate.assistant import AssistRefusedError, Example, Question, propose
from renkei.imaging.made import made_ct
from renkei.imaging.volume import Volume


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return float(2 * np.count_nonzero(a & b) / (a.sum() + b.sum()))


@pytest.fixture(scope="module")
def cases() -> list[Example]:
    return [Example(*made_ct(seed)) for seed in (0, 8)]


def turned(volume: Volume) -> Volume:
    """Return the same points with x and y running the other way."""
    place, (_, y, x) = volume.geometry, volume.voxels.shape
    away = replace(
        place,
        origin=place.point(0, y - 1, x - 1),
        direction=tuple(np.multiply(place.direction, [-1, -1, 1] * 3)),
    )
    return replace(volume, voxels=volume.voxels[:, ::-1, ::-1], geometry=away)


def test_an_organ_is_found_in_a_case_that_it_did_not_see(cases: list[Example]) -> None:
    known, new = cases[:1], cases[1]
    truth = new.labels.named("liver")
    assert truth is not None
    found = learn_and_find(Question(volume=new.volume, key="liver", examples=tuple(known)))
    assert dice(found, truth.mask) > 0.8
    again = learn_and_find(Question(volume=turned(new.volume), key="liver", examples=tuple(known)))
    assert dice(again[:, ::-1, ::-1], truth.mask) > 0.8


def test_a_label_that_no_case_has_is_not_found(cases: list[Example]) -> None:
    question = Question(volume=cases[0].volume, key="pancreas", examples=tuple(cases[1:2]))
    assert not learn_and_find(question).any()


def test_without_examples_it_says_so(cases: list[Example]) -> None:
    with pytest.raises(AssistRefusedError, match="signed case"):
        propose(ASSIST, Question(volume=cases[0].volume, key="liver"))
