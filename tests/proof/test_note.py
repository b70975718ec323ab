"""Signed notes, checkpoints, cosignatures."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.proof.note import (
    Checkpoint,
    NoteRefusedError,
    SigningKey,
    Verifier,
    cosign,
    open_checkpoint,
    open_note,
    parse_checkpoint,
    sign_note,
)

KEY = SigningKey("renkei.example/log", bytes(range(32)))
OTHER = SigningKey("renkei.example/other", bytes(range(1, 33)))
WITNESS = SigningKey("witness.example", bytes(range(2, 34)))
TEXT = "line one\n\nline three\n"
NOTE = sign_note(TEXT, KEY)


def test_a_note_of_the_go_implementation_is_opened() -> None:
    """The example of golang.org/x/mod/sumdb/note."""
    verifier = Verifier.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    signature = (
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
        "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    assert open_note(f"{text}\n— PeterNeumann {signature}\n", [verifier]) == text


def test_a_signed_text_comes_back_even_with_empty_lines_inside() -> None:
    assert open_note(NOTE, [KEY.verifier]) == TEXT


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_no_flipped_bit_gives_another_text(bit: int) -> None:
    changed = bytearray(NOTE.encode())
    changed[bit // 8] ^= 1 << bit % 8
    try:
        text = changed.decode()
    except UnicodeDecodeError:
        return
    try:
        assert open_note(text, [KEY.verifier]) == TEXT
    except NoteRefusedError:
        return


def test_an_unknown_signer_is_not_enough_and_does_no_harm_beside_a_known_one() -> None:
    with pytest.raises(NoteRefusedError):
        open_note(NOTE, [OTHER.verifier])
    assert open_note(sign_note(TEXT, KEY, OTHER), [KEY.verifier]) == TEXT


def test_a_key_of_the_same_name_is_another_key() -> None:
    twin = SigningKey(KEY.name, OTHER.seed)
    with pytest.raises(NoteRefusedError):
        open_note(NOTE, [twin.verifier])


def test_one_witness_signing_twice_is_one_witness() -> None:
    note = cosign(cosign(NOTE, WITNESS, 1), WITNESS, 2)
    witness = Verifier(WITNESS.name, WITNESS.verifier.public, 4)
    second = Verifier(OTHER.name, OTHER.verifier.public, 4)
    assert open_note(note, [witness, second], needed=1) == TEXT
    with pytest.raises(NoteRefusedError):
        open_note(note, [witness, second], needed=2)
    assert open_note(cosign(note, OTHER, 3), [witness, second], needed=2) == TEXT


def test_a_cosignature_binds_its_time() -> None:
    line = cosign(NOTE, WITNESS, 1).splitlines()[-1].split(" ")
    raw = bytearray(base64.b64decode(line[2]))
    raw[11] ^= 1
    forged = NOTE + f"— {WITNESS.name} {base64.b64encode(bytes(raw)).decode()}\n"
    with pytest.raises(NoteRefusedError):
        open_note(forged, [Verifier(WITNESS.name, WITNESS.verifier.public, 4)])


@pytest.mark.parametrize(
    "note", ["", "no blank line\n", "a\n\n", "a\n\nunsigned\n", "a\n\n— x !!!\n", "a\n\n— x AAA\n"]
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NoteRefusedError):
        open_note(note, [KEY.verifier])


def test_key_files_and_verifier_keys_come_back(tmp_path: Path) -> None:
    key = SigningKey.new("platform.example")
    key.write(tmp_path / "log.key")
    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600
    assert SigningKey.read(tmp_path / "log.key") == key
    assert Verifier.parse(str(key.verifier)) == key.verifier
    assert base64.b64encode(key.seed).decode() not in repr(key)


@pytest.mark.parametrize("text", ["", "a+b", "a+00000000+AQ==", "a b+00000000+AQ=="])
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(NoteRefusedError):
        Verifier.parse(text)


def test_a_name_with_a_blank_or_a_plus_is_refused() -> None:
    with pytest.raises(NoteRefusedError):
        SigningKey.new("a b")
    with pytest.raises(NoteRefusedError):
        SigningKey.new("a+b")


def test_a_checkpoint_comes_back_and_only_for_its_own_log() -> None:
    checkpoint = Checkpoint("renkei.example/log", 7, bytes(32))
    note = sign_note(checkpoint.text(), KEY)
    assert open_checkpoint(note, [KEY.verifier], "renkei.example/log") == checkpoint
    with pytest.raises(NoteRefusedError):
        open_checkpoint(note, [KEY.verifier], "renkei.example/other")


@pytest.mark.parametrize(
    "text", ["a\n1\n", "a\n01\nAA==\n", "a\n1\nAA==\n", "a\n1\n!\n", "\n1\nA\n"]
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteRefusedError):
        parse_checkpoint(text)
