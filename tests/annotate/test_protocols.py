"""Protocols are data that must not contradict itself."""

import pytest

from renkei.annotate.protocols import (
    FOLDER,
    NoSuchProtocolError,
    ProtocolRefusedError,
    default_protocol,
    load_protocol,
    parse_protocol,
    protocols,
)
from renkei.annotate.vocabulary import Kind

DOUBLE = (FOLDER / "double.toml").read_text("utf-8")


def test_the_installed_ones_are_named_in_both_languages_and_have_their_readers() -> None:
    assert {one.name: one.readers for one in protocols()} == {
        "single": 1,
        "double": 2,
        "triple": 3,
        "four": 4,
    }
    assert all(one.ja and one.en for one in protocols())


def test_only_four_readers_see_each_other_and_keep_their_disputes() -> None:
    assert [one.name for one in protocols() if one.second_round] == ["four"]
    assert [one.name for one in protocols() if one.adjudicated] == ["double", "triple"]


def test_lesions_are_read_twice_and_organs_once() -> None:
    assert default_protocol([Kind.ORGAN]).name == "single"
    assert default_protocol([Kind.ORGAN, Kind.LESION]).name == "double"
    assert default_protocol([]).name == "single"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("readers = 2", ""),
        ("readers = 2", "readers = 0"),
        ("readers = 2", "readers = 1"),
        ("readers = 2", "readers = 2\nsecond_round = true"),
        ("readers = 2", "readers = 2\nmood = 1"),
        ('"adjudicated"', '"tossed"'),
        ('"adjudicated"', '"none"'),
    ],
)
def test_a_protocol_that_contradicts_itself_is_refused(old: str, new: str) -> None:
    assert old in DOUBLE
    with pytest.raises(ProtocolRefusedError):
        parse_protocol(DOUBLE.replace(old, new, 1))


def test_an_unknown_protocol_says_which_there_are() -> None:
    with pytest.raises(NoSuchProtocolError, match="single, double, triple, four"):
        load_protocol("coin")
