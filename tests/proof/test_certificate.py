"""Certificates."""

import pytest

from renkei.proof.certificate import open_certificate, sign_certificate
from renkei.proof.note import NoteRefusedError, SigningKey
from renkei.proof.strict import MalformedError

KEY = SigningKey("renkei.example/platform", bytes(range(32)))
STATEMENT = {"recall": "r1", "effects": [{"folder": "publish", "count": 2}]}


def test_a_certificate_says_what_was_signed() -> None:
    note = sign_certificate("recall", STATEMENT, KEY)
    assert open_certificate(note, [KEY.verifier], kind="recall") == STATEMENT


def test_a_changed_count_is_refused() -> None:
    note = sign_certificate("recall", STATEMENT, KEY).replace('"count":2', '"count":3')
    with pytest.raises(NoteRefusedError):
        open_certificate(note, [KEY.verifier], kind="recall")


def test_a_certificate_of_another_kind_is_refused() -> None:
    with pytest.raises(MalformedError):
        open_certificate(sign_certificate("erasure", STATEMENT, KEY), [KEY.verifier], kind="recall")
