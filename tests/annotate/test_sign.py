"""Signatures hold for exactly the signed voxels, codes, grid and chain."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.annotate.shapes import SHAPE, ball, labels

from renkei.annotate.sign import (
    FIRST,
    Meaning,
    SignatureBrokenError,
    Statement,
    note_hash,
    sign_statement,
    verify_chain,
    verify_labels,
)
from renkei.imaging.labels import label_hash
from renkei.proof.note import NoteRefusedError, SigningKey

KEY = SigningKey.new("test-labels")
LIVER = ball(5, 12, 10, 8)
SIGNED = labels(liver=LIVER)


def statement(previous: str = FIRST) -> Statement:
    return Statement(
        label=label_hash(SIGNED),
        vocabulary=SIGNED.vocabulary,
        source="0" * 64,
        comparison="",
        meaning=Meaning.ADJUDICATOR,
        signer="c",
        authors=("a", "b"),
        signed_at="2026-01-01T00:00:00+00:00",
        previous=previous,
    )


NOTE = sign_statement(statement(), KEY)


def test_the_signed_labels_verify_and_the_statement_comes_back() -> None:
    assert verify_labels(NOTE, [KEY.verifier], SIGNED) == statement()


@settings(deadline=None, max_examples=30)
@given(at=st.integers(0, int(np.prod(SHAPE)) - 1))
def test_any_one_voxel_breaks_the_signature(at: int) -> None:
    changed = LIVER.copy()
    changed.reshape(-1)[at] ^= True
    with pytest.raises(SignatureBrokenError):
        verify_labels(NOTE, [KEY.verifier], labels(liver=changed))


def test_another_vocabulary_key_or_text_breaks_it() -> None:
    with pytest.raises(SignatureBrokenError):
        verify_labels(NOTE, [KEY.verifier], replace(SIGNED, vocabulary="abdomen-ct@1:0"))
    with pytest.raises(NoteRefusedError):
        verify_labels(NOTE, [SigningKey.new("test-labels").verifier], SIGNED)
    with pytest.raises(NoteRefusedError):
        verify_labels(NOTE.replace('"signer":"c"', '"signer":"d"'), [KEY.verifier], SIGNED)


def test_a_missing_or_moved_link_breaks_the_chain() -> None:
    second = sign_statement(statement(note_hash(NOTE)), KEY)
    third = sign_statement(statement(note_hash(second)), KEY)
    verify_chain([NOTE, second, third], [KEY.verifier])
    for broken in ([NOTE, third], [second, NOTE, third], [second, third]):
        with pytest.raises(SignatureBrokenError):
            verify_chain(broken, [KEY.verifier])
