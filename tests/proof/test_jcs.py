"""Canonical JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.proof import canonical, digest
from renkei.proof.jcs import NotCanonicalError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)


@given(VALUES)
def test_reading_and_writing_again_changes_no_byte(value: object) -> None:
    try:
        once = canonical(value)
    except NotCanonicalError:
        return
    assert canonical(json.loads(once)) == once


def test_the_order_of_keys_does_not_matter() -> None:
    assert canonical({"b": 1, "a": [True, None]}) == b'{"a":[true,null],"b":1}'
    assert canonical({"a": [True, None], "b": 1}) == b'{"a":[true,null],"b":1}'


def test_one_kana_in_two_spellings_has_one_hash() -> None:
    assert digest(canonical({"名": "か\u3099"})) == digest(canonical({"名": "が"}))


@pytest.mark.parametrize(
    "value", [2**53, float("nan"), {"が": 1, "か\u3099": 2}, {1: 2}, object(), "\ud800"]
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonicalError):
        canonical(value)
