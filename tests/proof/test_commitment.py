"""Salted commitments."""

import pytest

from renkei.proof import commit, new_salt
from renkei.proof.commitment import ShortSaltError


def test_the_same_record_under_two_salts_has_two_commitments() -> None:
    assert commit({"a": 1}, new_salt()) != commit({"a": 1}, new_salt())


def test_a_commitment_is_repeatable_and_bound_to_its_record() -> None:
    salt = bytes(range(32))
    assert commit({"a": 1, "b": 2}, salt) == commit({"b": 2, "a": 1}, salt)
    assert commit({"a": 1}, salt) != commit({"a": 2}, salt)


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(ShortSaltError):
        commit({}, b"short")
