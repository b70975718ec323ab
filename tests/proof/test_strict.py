"""Strict reading of outside JSON."""

import pytest

from renkei.proof.strict import Fields, MalformedError, OversizedError, is_hash, is_text, parse_json


@pytest.mark.parametrize("data", [b"", b"{", b'{"a":1,"a":2}', b"NaN", b"\xff", b"[" * 200_000])
def test_what_is_no_clean_json_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_json(data, limit=1_000_000)


def test_a_document_over_its_limit_is_refused_unread() -> None:
    with pytest.raises(OversizedError):
        parse_json(b"[]" + b" " * 10, limit=11)


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("text", ""),
        ("text", 3),
        ("text", "x" * 201),
        ("hash", "A" * 64),
        ("uuid", "not-a-uuid"),
        ("integer", True),
        ("integer", -1),
        ("integer", 1.0),
        ("flag", 1),
    ],
)
def test_a_field_of_the_wrong_type_is_refused(method: str, value: object) -> None:
    with pytest.raises(MalformedError):
        getattr(Fields({"f": value}, "doc"), method)("f")


def test_missing_unknown_and_wrong_containers_are_refused() -> None:
    with pytest.raises(MalformedError):
        Fields([], "doc")
    with pytest.raises(MalformedError):
        Fields({}, "doc").text("f")
    with pytest.raises(MalformedError):
        Fields({"f": 1}, "doc").done()
    with pytest.raises(MalformedError):
        Fields({"f": {}}, "doc").items("f", is_text, limit=3)
    with pytest.raises(OversizedError):
        Fields({"f": ["a"] * 4}, "doc").items("f", is_text, limit=3)
    with pytest.raises(MalformedError):
        Fields({"f": "z"}, "doc").choice("f", frozenset({"a"}))
    with pytest.raises(MalformedError):
        is_hash("a" * 63)


def test_null_and_missing_are_the_same_for_an_optional_field() -> None:
    for value in ({}, {"f": None}):
        fields = Fields(value, "doc")
        assert fields.optional("f", fields.text) is None
        fields.done()
